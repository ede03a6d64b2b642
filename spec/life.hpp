// What is on record of a container's life under the shim (ARCHITECTURE.md, "Files are the first
// API"). All of it is JSON; times are RFC 3339 in UTC.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "spec/json_writer.hpp"
#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

// launch.json: what was asked for.
struct LaunchRecord {
    std::string id = {};
    std::string bundle = {};   // absolute
    std::string image = {};    // empty: a bundle was given
    std::string root = {};     // --root: where the shim and the runtime keep what runs
    std::string boot_id = {};  // of /proc/sys/kernel/random: what ran before ended with it
    std::string created = {};
    bool foreground = false;  // `run`: it ends with its caller
    bool remove = false;      // --rm
    bool terminal = false;
    std::int32_t stop_signal = 15;
    std::uint64_t stop_timeout_ms = 10'000;
};

Result<LaunchRecord> read_launch_record(std::string_view text, std::string_view name);
std::string write(const LaunchRecord& record);

enum class LifeStatus : std::uint8_t {
    Launching,
    Running,
    Paused,
    Stopping,
    Exited,
    Failed,
    Broken
};
template <>
inline constexpr auto kWords<LifeStatus> =
    words("launching", "running", "paused", "stopping", "exited", "failed", "broken");

// status.json, while there is a shim; and, with what the other records say, what `status` tells.
struct LifeState {
    std::string id = {};
    LifeStatus status = LifeStatus::Launching;
    std::string step = {};  // the step of the shim that is in progress
    std::int32_t pid = 0;   // of the container's first process; 0: there is none
    std::int32_t shim_pid = 0;
    std::int32_t keeper_pid = 0;
    std::string bundle = {};
    std::string image = {};
    std::string started = {};     // empty: its program was not executed yet
    std::uint64_t oom_kills = 0;  // processes that the kernel killed for memory; it lives on
    std::optional<std::int32_t> code = {};  // of what has ended, where it is known
    std::string reason = {};                // of `broken`, and of what has ended
};

Result<LifeState> read_life_state(std::string_view text, std::string_view name);
void write(JsonWriter& json, const LifeState& state);

// `raw`: the end of the container's first process as its parent saw it.
struct RawEnd {
    std::int32_t wait_status = 0;  // of wait(2)
    std::uint64_t cpu_user_us = 0;
    std::uint64_t cpu_system_us = 0;
    std::string finished = {};
};

Result<RawEnd> read_raw_end(std::string_view text, std::string_view name);
std::string write(const RawEnd& end);

// Why a container is no more.
enum class EndReason : std::uint8_t { Exited, Signaled, Oom, Stopped, Failed, Unknown, Seccomp };
template <>
inline constexpr auto kWords<EndReason> =
    words("exited", "signaled", "oom", "stopped", "failed", "unknown", "seccomp");

struct OomRecord {
    std::string victim = {};  // "init" or "child"
    std::string cgroup = {};  // the folder whose limit was reached
    std::uint64_t limit = 0;  // bytes
    std::uint64_t peak = 0;   // bytes; 0: this kernel does not tell
    std::uint64_t kills = 0;
};

struct UsageRecord {
    std::uint64_t cpu_user_us = 0;
    std::uint64_t cpu_system_us = 0;
    std::uint64_t memory_peak = 0;  // bytes; 0: not known
};

// exit.json.
struct ExitRecord {
    std::string id = {};
    bool known = false;                       // false: nobody saw how it ended
    std::optional<std::int32_t> code = {};    // as a shell tells it; absent where it is not known
    std::optional<std::int32_t> signal = {};  // that ended it
    bool core = false;                        // it left a core dump
    std::optional<OomRecord> oom = {};
    std::string seccomp_call = {};  // that its filter killed it for; empty: none, or nobody knows
    std::string stage = {};         // the step of the shim in which it ended
    EndReason reason = EndReason::Unknown;
    std::string message = {};   // one sentence where something failed
    std::string started = {};   // empty: its program was not executed, or nobody saw it
    std::string finished = {};  // empty: nobody saw it
    UsageRecord usage = {};
};

Result<ExitRecord> read_exit_record(std::string_view text, std::string_view name);
std::string write(const ExitRecord& record);

}  // namespace spec
