#include <algorithm>

#include "spec/config_tables.hpp"

namespace spec {

static constexpr Field kArgFields[] = {
    field<&SeccompArg::index>("index", {.required = true, .range = Range{0, 5}}),
    field<&SeccompArg::value>("value", {.required = true}),
    field<&SeccompArg::value_two>("valueTwo"),
    field<&SeccompArg::op>("op", {.required = true}),
};
static constexpr Object<SeccompArg> kArg = object<SeccompArg>(kArgFields);

static Verdict carries_errno(std::string_view property, SeccompAction action,
                             std::optional<std::uint16_t> value)
{
    if (!value || action == SeccompAction::Errno || action == SeccompAction::Trace)
        return {};
    return Fault{property, format("{} carries none, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do",
                                  word(action))};
}
static Verdict syscall_errno(const SeccompSyscall& rule)
{
    return carries_errno("errnoRet", rule.action, rule.errno_ret);
}

// The kernel keeps 16 bits of errnoRet, so its type is as wide.
static constexpr Field kSyscallFields[] = {
    field<&SeccompSyscall::names>("names", {.required = true, .filled = true, .check = filled}),
    field<&SeccompSyscall::action>("action", {.required = true}),
    field<&SeccompSyscall::errno_ret>("errnoRet"),
    field<&SeccompSyscall::args>("args", kArg),
};
static constexpr Object<SeccompSyscall> kSyscall =
    object<SeccompSyscall, syscall_errno>(kSyscallFields);

bool notifies(const Seccomp& seccomp)
{
    return seccomp.default_action == SeccompAction::Notify ||
           std::ranges::count(seccomp.syscalls, SeccompAction::Notify, &SeccompSyscall::action) > 0;
}

static Verdict whole_profile(const Seccomp& seccomp)
{
    if (seccomp.listener_path.empty() && notifies(seccomp))
        return Fault{"", "\"listenerPath\" is missing, SCMP_ACT_NOTIFY needs it"};
    if (seccomp.listener_path.empty() && !seccomp.listener_metadata.empty())
        return Fault{"listenerMetadata", "\"listenerPath\" is needed with it"};
    return carries_errno("defaultErrnoRet", seccomp.default_action, seccomp.default_errno_ret);
}

static constexpr Field kSeccompFields[] = {
    field<&Seccomp::default_action>("defaultAction", {.required = true}),
    field<&Seccomp::default_errno_ret>("defaultErrnoRet"),
    field<&Seccomp::architectures>("architectures"),
    field<&Seccomp::flags>("flags"),
    field<&Seccomp::listener_path>("listenerPath", {.check = absolute_or_empty}),
    field<&Seccomp::listener_metadata>("listenerMetadata"),
    field<&Seccomp::syscalls>("syscalls", kSyscall),
};
constexpr Object<Seccomp> kSeccomp = object<Seccomp, whole_profile>(kSeccompFields);

}  // namespace spec
