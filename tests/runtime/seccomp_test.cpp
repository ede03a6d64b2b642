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

Test(seccomp, without_flags_speculation_stays_as_it_is)
{
    const auto plain = runtime::compile_seccomp({.default_action = SeccompAction::Allow});
    cr_expect_eq(plain->flags, SECCOMP_FILTER_FLAG_SPEC_ALLOW);
    const auto logged = runtime::compile_seccomp(
        {.default_action = SeccompAction::Allow, .flags = {spec::SeccompFlag::Log}});
    cr_expect_eq(logged->flags, SECCOMP_FILTER_FLAG_LOG);
}
