// The `process` section of config.json (runtime-spec 1.3.0, config.md, "Process").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/words.hpp"

namespace spec {

// The largest user or group id: 4294967295 means "none" to the kernel, and must not reach
// setresuid.
inline constexpr std::uint32_t kIdMost = 4294967294;

struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::optional<std::uint32_t> umask = {};
    std::vector<std::uint32_t> additional_gids = {};
};

struct ConsoleSize {  // in characters
    std::uint16_t height = 0;
    std::uint16_t width = 0;
};

// Words such as CAP_CHOWN, as they were written: unknown ones are to be warned of, not refused.
struct Capabilities {
    std::vector<std::string> bounding = {};
    std::vector<std::string> permitted = {};
    std::vector<std::string> effective = {};
    std::vector<std::string> inheritable = {};
    std::vector<std::string> ambient = {};
};

// In the kernel's order (asm-generic/resource.h), so that the number of a member is RLIMIT_*.
enum class RlimitType : unsigned char {
    Cpu,
    Fsize,
    Data,
    Stack,
    Core,
    Rss,
    Nproc,
    Nofile,
    Memlock,
    As,
    Locks,
    Sigpending,
    Msgqueue,
    Nice,
    Rtprio,
    Rttime
};
template <>
inline constexpr auto kWords<RlimitType> =
    words("RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_DATA", "RLIMIT_STACK", "RLIMIT_CORE", "RLIMIT_RSS",
          "RLIMIT_NPROC", "RLIMIT_NOFILE", "RLIMIT_MEMLOCK", "RLIMIT_AS", "RLIMIT_LOCKS",
          "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_NICE", "RLIMIT_RTPRIO", "RLIMIT_RTTIME");

struct Rlimit {
    RlimitType type = RlimitType::Cpu;
    std::uint64_t soft = 0;
    std::uint64_t hard = 0;
};

enum class SchedulerPolicy : unsigned char { Other, Fifo, Rr, Batch, Iso, Idle, Deadline };
template <>
inline constexpr auto kWords<SchedulerPolicy> =
    words("SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE",
          "SCHED_DEADLINE");

enum class SchedulerFlag : unsigned char {
    ResetOnFork,
    Reclaim,
    DlOverrun,
    KeepPolicy,
    KeepParams,
    UtilClampMin,
    UtilClampMax
};
template <>
inline constexpr auto kWords<SchedulerFlag> =
    words("SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN",
          "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS", "SCHED_FLAG_UTIL_CLAMP_MIN",
          "SCHED_FLAG_UTIL_CLAMP_MAX");

struct Scheduler {
    SchedulerPolicy policy = SchedulerPolicy::Other;
    std::int32_t nice = 0;      // -20..19
    std::int32_t priority = 0;  // of SCHED_FIFO and SCHED_RR
    std::vector<SchedulerFlag> flags = {};
    std::uint64_t runtime = 0;  // these three in nanoseconds, of SCHED_DEADLINE
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};

enum class IoClass : unsigned char { Realtime, BestEffort, Idle };
template <>
inline constexpr auto kWords<IoClass> =
    words("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");

struct IoPriority {
    IoClass io_class = IoClass::BestEffort;
    std::int32_t priority = 0;  // 0 (highest) to 7; the text requires it, the schema does not
};

// Lists of CPUs such as 0-3,7; of processes that join the container, not of its first.
struct ExecCpuAffinity {
    std::string initial = {};
    std::string final = {};
};

// Where a string of these may be empty, empty and absent mean the same.
struct Process {
    bool terminal = false;
    std::optional<ConsoleSize> console_size = {};  // to be ignored without `terminal`
    User user = {};
    std::vector<std::string> args = {};  // empty: absent
    std::vector<std::string> env = {};   // NAME=value, the name not empty
    std::string cwd = {};                // absolute
    std::optional<Capabilities> capabilities = {};
    std::vector<Rlimit> rlimits = {};  // no type twice
    bool no_new_privileges = false;
    std::string apparmor_profile = {};
    std::string selinux_label = {};
    std::optional<std::int32_t> oom_score_adj = {};  // -1000..1000; absent: leave it as it is
    std::optional<Scheduler> scheduler = {};
    std::optional<IoPriority> io_priority = {};
    std::optional<ExecCpuAffinity> exec_cpu_affinity = {};
};

}  // namespace spec
