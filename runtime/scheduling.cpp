#include "runtime/scheduling.hpp"

#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bitset>

#include "spec/cpu_list.hpp"

namespace runtime {

// sched_setattr(2). The kernel's header has it, and cannot be included beside the C library's.
struct SchedulerAttributes {
    std::uint32_t size = sizeof(SchedulerAttributes);
    std::uint32_t policy = 0;
    std::uint64_t flags = 0;
    std::int32_t nice = 0;
    std::uint32_t priority = 0;
    std::uint64_t runtime = 0;
    std::uint64_t deadline = 0;
    std::uint64_t period = 0;
};
static constexpr std::uint32_t kIso = 4;  // reserved, and not carried out by any kernel
static constexpr std::uint32_t kDeadline = 6;

// By the spec's enums.
static constexpr std::uint32_t kPolicies[] = {SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH,
                                              kIso,        SCHED_IDLE, kDeadline};
static constexpr int kIoClasses[] = {IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE};
static constexpr int kWeightedInterleave = 6;  // Linux 6.9
static constexpr int kModes[] = {MPOL_DEFAULT,        MPOL_BIND,      MPOL_INTERLEAVE,
                                 kWeightedInterleave, MPOL_PREFERRED, MPOL_PREFERRED_MANY,
                                 MPOL_LOCAL};
static constexpr int kModeFlags[] = {MPOL_F_NUMA_BALANCING, MPOL_F_RELATIVE_NODES,
                                     MPOL_F_STATIC_NODES};

Result<> set_scheduler(const spec::Scheduler& scheduler)
{
    SchedulerAttributes attributes{
        .policy = kPolicies[static_cast<std::size_t>(scheduler.policy)],
        .nice = scheduler.nice,
        .priority = static_cast<std::uint32_t>(scheduler.priority),
        .runtime = scheduler.runtime,
        .deadline = scheduler.deadline,
        .period = scheduler.period,
    };
    for (const auto flag : scheduler.flags)  // in the kernel's order
        attributes.flags |= std::uint64_t{1} << static_cast<unsigned>(flag);
    if (::syscall(SYS_sched_setattr, 0, &attributes, 0) == 0)
        return {};
    auto error = failed_sys("set the scheduler to {}", spec::word(scheduler.policy));
    if (error.error().code == EPERM && scheduler.priority)
        error.error().hint =
            "a group of cgroup v1 has no time for it without "
            "/linux/resources/cpu/realtimeRuntime";
    return error;
}

Result<> set_io_priority(const spec::IoPriority& priority)
{
    const int value = IOPRIO_PRIO_VALUE(kIoClasses[static_cast<std::size_t>(priority.io_class)],
                                        priority.priority);
    if (::syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, value) < 0)
        return failed_sys("set the I/O priority to {} {}", spec::word(priority.io_class),
                          priority.priority);
    return {};
}

Result<> set_memory_policy(const spec::MemoryPolicy& policy)
{
    std::bitset<spec::kCpuMost + 1> nodes;  // in memory as the kernel has it
    // It was read as a list.
    for (const auto& [first, last] : spec::parse_cpu_list(policy.nodes).value_or(spec::CpuList()))
        for (unsigned node = first; node <= last; ++node)
            nodes.set(node);
    // The kernel takes no bits but those of nodes that it can have, and one more than it counts.
    std::size_t count = 0;
    for (std::size_t node = 0; node < nodes.size(); ++node)
        count = nodes[node] ? node + 2 : count;
    int mode = kModes[static_cast<std::size_t>(policy.mode)];
    for (const auto flag : policy.flags)
        mode |= kModeFlags[static_cast<std::size_t>(flag)];
    if (::syscall(SYS_set_mempolicy, mode, count ? &nodes : nullptr, count) < 0)
        return failed_sys("set the memory policy to {}", spec::word(policy.mode));
    return {};
}

Result<> set_personality(const spec::Personality& personality)
{
    const bool linux32 = personality.domain == spec::PersonalityDomain::Linux32;
    if (::personality(linux32 ? PER_LINUX32 : PER_LINUX) < 0)
        return failed_sys("set the personality to {}", spec::word(personality.domain));
    return {};
}

}  // namespace runtime
