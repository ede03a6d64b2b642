#include <algorithm>

#include "spec/config_tables.hpp"
#include "spec/cpu_list.hpp"

namespace spec {

static constexpr Rules kId = {.range = Range{0, kIdMost}};
static constexpr Rules kRequiredId = {.required = true, .range = Range{0, kIdMost}};

static constexpr Field kUserFields[] = {
    field<&User::uid>("uid", kRequiredId),
    field<&User::gid>("gid", kRequiredId),
    field<&User::umask>("umask", {.range = Range{0, 0777}}),
    field<&User::additional_gids>("additionalGids", kId),
    ignored("username"),  // Windows
};
static constexpr Object<User> kUser = object<User>(kUserFields);

static constexpr Field kConsoleSizeFields[] = {
    field<&ConsoleSize::height>("height", {.required = true}),
    field<&ConsoleSize::width>("width", {.required = true}),
};
static constexpr Object<ConsoleSize> kConsoleSize = object<ConsoleSize>(kConsoleSizeFields);

static constexpr Field kCapabilitiesFields[] = {
    field<&Capabilities::bounding>("bounding"),   field<&Capabilities::permitted>("permitted"),
    field<&Capabilities::effective>("effective"), field<&Capabilities::inheritable>("inheritable"),
    field<&Capabilities::ambient>("ambient"),
};
static constexpr Object<Capabilities> kCapabilities = object<Capabilities>(kCapabilitiesFields);

static Verdict soft_below_hard(const Rlimit& limit)
{
    if (limit.soft <= limit.hard)
        return {};
    return Fault{"soft", format("{} is above the hard limit {}", limit.soft, limit.hard)};
}

static Verdict new_type(const std::vector<Rlimit>& limits)
{
    if (std::ranges::count(limits, limits.back().type, &Rlimit::type) == 1)
        return {};
    return Fault{"type", format("a second \"{}\", one is allowed", word(limits.back().type))};
}

static constexpr Field kRlimitFields[] = {
    field<&Rlimit::type>("type", {.required = true}),
    field<&Rlimit::soft>("soft", {.required = true}),
    field<&Rlimit::hard>("hard", {.required = true}),
};
static constexpr Object<Rlimit> kRlimit = object<Rlimit, soft_below_hard>(kRlimitFields);

static constexpr Field kSchedulerFields[] = {
    field<&Scheduler::policy>("policy", {.required = true}),
    field<&Scheduler::nice>("nice", {.range = Range{-20, 19}}),
    field<&Scheduler::priority>("priority"),
    field<&Scheduler::flags>("flags"),
    field<&Scheduler::runtime>("runtime"),
    field<&Scheduler::deadline>("deadline"),
    field<&Scheduler::period>("period"),
};

// sched_setattr(2): what else would be an EINVAL that names nothing.
static Verdict policy_takes(const Scheduler& scheduler)
{
    const bool real_time =
        scheduler.policy == SchedulerPolicy::Fifo || scheduler.policy == SchedulerPolicy::Rr;
    const bool deadline = scheduler.policy == SchedulerPolicy::Deadline;
    if (real_time && (scheduler.priority < 1 || scheduler.priority > 99))
        return Fault{"policy", format("{} needs a priority from 1 to 99, not {}",
                                      word(scheduler.policy), scheduler.priority)};
    if (!real_time && scheduler.priority)
        return Fault{"priority", "is of SCHED_FIFO and SCHED_RR only"};
    if (!deadline && (scheduler.runtime || scheduler.deadline || scheduler.period))
        return Fault{"policy", "runtime, deadline and period are of SCHED_DEADLINE only"};
    return {};
}
static constexpr Object<Scheduler> kScheduler = object<Scheduler, policy_takes>(kSchedulerFields);

static constexpr Field kIoPriorityFields[] = {
    field<&IoPriority::io_class>("class", {.required = true}),
    field<&IoPriority::priority>("priority", {.range = Range{0, 7}}),
};
static constexpr Object<IoPriority> kIoPriority = object<IoPriority>(kIoPriorityFields);

static std::string_view cpu_list(std::string_view text)
{
    return text.empty() || parse_cpu_list(text) ? "" : "is not a list of CPUs such as 0-3,7";
}

static constexpr Field kExecCpuAffinityFields[] = {
    field<&ExecCpuAffinity::initial>("initial", {.check = cpu_list}),
    field<&ExecCpuAffinity::final>("final", {.check = cpu_list}),
};
static constexpr Object<ExecCpuAffinity> kExecCpuAffinity =
    object<ExecCpuAffinity>(kExecCpuAffinityFields);

static constexpr Field kProcessFields[] = {
    field<&Process::terminal>("terminal"),
    field<&Process::console_size>("consoleSize", kConsoleSize),
    field<&Process::user>("user", kUser),
    field<&Process::args>("args", {.filled = true}),
    field<&Process::env>("env", {.check = environment}),
    field<&Process::cwd>("cwd", {.required = true, .check = absolute}),
    field<&Process::capabilities>("capabilities", kCapabilities),
    field<&Process::rlimits, new_type>("rlimits", kRlimit),
    field<&Process::no_new_privileges>("noNewPrivileges"),
    field<&Process::apparmor_profile>("apparmorProfile"),
    field<&Process::selinux_label>("selinuxLabel"),
    field<&Process::oom_score_adj>("oomScoreAdj", {.range = Range{-1000, 1000}}),
    field<&Process::scheduler>("scheduler", kScheduler),
    field<&Process::io_priority>("ioPriority", kIoPriority),
    field<&Process::exec_cpu_affinity>("execCPUAffinity", kExecCpuAffinity),
    ignored("commandLine"),  // Windows
};
constexpr Object<Process> kProcess = object<Process>(kProcessFields);

Result<Process> read_process(std::string_view text, std::string_view name,
                             std::span<const std::string_view> refused)
{
    return read_json(kProcess, text, name, refused);
}

}  // namespace spec
