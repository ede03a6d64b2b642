#include "runtime/seccomp.hpp"

#include <criterion/criterion.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

using spec::SeccompAction;

// What a child tells that runs `body` under the filter: its exit code, or 128 + signal.
static int under(const spec::Seccomp& profile, const std::function<int()>& body)
{
    const auto filter = runtime::compile_seccomp(profile);
    cr_assert(filter, "%s", filter ? "" : filter.error().message().c_str());
    const pid_t child = ::fork();
    if (child == 0) {
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (!runtime::load_seccomp(*filter))
            ::_exit(99);
        ::_exit(body());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int errno_of_getppid()
{
    errno = 0;
    return ::syscall(SYS_getppid) < 0 ? errno : 0;
}

Test(seccomp, an_action_has_its_own_errno)
{
    const spec::Seccomp profile{
        .default_action = SeccompAction::Allow,
        .syscalls = {{.names = {"getppid"}, .action = SeccompAction::Errno, .errno_ret = 38}}};
    cr_expect_eq(under(profile, errno_of_getppid), ENOSYS);
}

Test(seccomp, an_absent_errno_is_eperm)
{
    const spec::Seccomp profile{
        .default_action = SeccompAction::Allow,
        .syscalls = {{.names = {"getppid"}, .action = SeccompAction::Errno}}};
    cr_expect_eq(under(profile, errno_of_getppid), EPERM);
}

Test(seccomp, unknown_system_calls_and_rules_that_say_the_default_are_left_out)
{
    const spec::Seccomp profile{
        .default_action = SeccompAction::Allow,
        .architectures = {spec::SeccompArch::X86_64, spec::SeccompArch::Sh},
        .syscalls = {{.names = {"teleport", "getppid"}, .action = SeccompAction::Errno},
                     {.names = {"getuid"}, .action = SeccompAction::Allow}}};
    cr_expect_eq(under(profile, errno_of_getppid), EPERM);
}

Test(seccomp, arguments_are_compared)
{
    const spec::Seccomp profile{
        .default_action = SeccompAction::Allow,
        .syscalls = {{.names = {"alarm"},
                      .action = SeccompAction::Errno,
                      .errno_ret = 5,
                      .args = {{.index = 0, .value = 7, .op = spec::SeccompOperator::Eq},
                               {.index = 0, .value = 100, .op = spec::SeccompOperator::Gt}}}}};
    const auto alarm = [](long seconds) {
        errno = 0;
        return [seconds] { return ::syscall(SYS_alarm, seconds) < 0 ? errno : 0; };
    };
    cr_expect_eq(under(profile, alarm(7)), 5);
    cr_expect_eq(under(profile, alarm(8)), 0);
    cr_expect_eq(under(profile, alarm(101)), 5, "two conditions on one argument: any of them");
}

Test(seccomp, kill_ends_the_process)
{
    const spec::Seccomp profile{
        .default_action = SeccompAction::Allow,
        .syscalls = {{.names = {"getppid"}, .action = SeccompAction::KillProcess}}};
    cr_expect_eq(under(profile, errno_of_getppid), 128 + SIGSYS);
}

// What the profile knows ends with exit_group (on x86_64 231); all that is asked here is on either
// side of it.
static spec::Seccomp strict(std::optional<std::uint16_t> otherwise = {})
{
    return {.default_action = SeccompAction::Errno,
            .default_errno_ret = otherwise,
            .architectures = {spec::SeccompArch::X86_64, spec::SeccompArch::X86},
            .syscalls = {{.names = {"exit_group", "no_such_call"}, .action = SeccompAction::Allow},
                         {.names = {"getuid"}, .action = SeccompAction::Errno, .errno_ret = 5}}};
}

static std::function<int()> errno_of(long number)
{
    return [number] {
        errno = 0;
        return ::syscall(number) < 0 ? errno : 0;
    };
}

Test(seccomp, system_calls_newer_than_the_profile_are_not_there)
{
    cr_expect_eq(under(strict(), errno_of(SYS_exit_group + 1)), ENOSYS);
    cr_expect_eq(under(strict(), errno_of(SYS_openat2)), ENOSYS);
    cr_expect_eq(under(strict(), errno_of(999)), ENOSYS);
    cr_expect_eq(under(strict(), errno_of(SYS_getppid)), EPERM);
    cr_expect_eq(under(strict(), errno_of(SYS_getuid)), 5);
    cr_expect_eq(under(strict(1), errno_of(SYS_openat2)), ENOSYS, "whatever the default's errno");
}

Test(seccomp, what_is_killed_or_allowed_otherwise_is_so_for_newer_system_calls)
{
    spec::Seccomp profile = strict();
    profile.default_action = SeccompAction::KillProcess;
    cr_expect_eq(under(profile, errno_of(SYS_openat2)), 128 + SIGSYS);
    profile.default_action = SeccompAction::Allow;
    profile.syscalls.resize(1);
    profile.syscalls[0].action = SeccompAction::Log;
    cr_expect_neq(under(profile, errno_of(SYS_openat2)), ENOSYS);
#ifdef __x86_64__
    // Of x32 libseccomp's filter decides where the profile does not have it: it kills.
    cr_expect_eq(under(strict(), errno_of(0x40000000 + SYS_openat2)), 128 + SIGSYS);
#endif
}

Test(seccomp, the_stub_for_newer_system_calls_is_one_block_for_each_architecture)
{
    const auto filter = runtime::compile_seccomp(strict());
    const auto plain = runtime::compile_seccomp(strict(ENOSYS));
    cr_expect_lt(plain->program.size(), filter->program.size());
    const std::size_t stub = filter->program.size() - plain->program.size();
    // arch; x86_64 with x32's range, i386; the accumulator
    cr_expect_eq(stub, 1 + (2 + 8) + (2 + 4) + 1, "%zu", stub);
    for (std::size_t at = 0; at < stub; ++at)
        if (filter->program[at].code == (BPF_JMP | BPF_JA))
            cr_expect_eq(at + 1 + filter->program[at].k, stub - 1);
}

Test(seccomp, without_flags_speculation_stays_as_it_is)
{
    const auto plain = runtime::compile_seccomp({.default_action = SeccompAction::Allow});
    cr_expect_eq(plain->flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    const auto logged = runtime::compile_seccomp(
        {.default_action = SeccompAction::Allow, .flags = {spec::SeccompFlag::Log}});
    cr_expect_eq(logged->flags, SECCOMP_FILTER_FLAG_LOG);
}
