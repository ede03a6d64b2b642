#include "runtime/posture.hpp"

#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/identity.hpp"
#include "runtime/listener.hpp"
#include "runtime/program.hpp"
#include "runtime/scheduling.hpp"

namespace runtime {

Posture plan_posture(const spec::Process& process, const spec::Linux& linux,
                     const CapabilitySets& capabilities, const SeccompFilter& filter,
                     const Options& options)
{
    const char* const names = std::getenv("LISTEN_FDNAMES");
    return {.process = process,
            .linux = linux,
            .capabilities = capabilities,
            .filter = filter,
            .listen_fds = options.listen_fds,
            .given_fds = options.given_fds(),
            .listen_names = names ? names : ""};
}

Result<> lead_a_session(Keyring keyring)
{
    if (::setsid() < 0)
        return failed_sys("setsid");
    // What the caller keeps in his session's keyring is not the container's to use.
    if (keyring == Keyring::New && ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0) < 0 &&
        errno != ENOSYS && errno != EPERM && errno != EACCES)
        return failed_sys("make a session keyring");
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
}

Result<> set_scheduling(Posture& posture)
{
    const auto& [process, linux] = std::tie(posture.process, posture.linux);
    if (process.scheduler)
        TRY_TO(set_scheduler(*process.scheduler), "config.json: /process/scheduler");
    if (process.io_priority)
        TRY_TO(set_io_priority(*process.io_priority), "config.json: /process/ioPriority");
    if (linux.memory_policy)
        TRY_TO(set_memory_policy(*linux.memory_policy), "config.json: /linux/memoryPolicy");
    if (linux.personality)
        TRY_TO(set_personality(*linux.personality), "config.json: /linux/personality");
    return {};
}

Result<> set_rlimits(Posture& posture)
{
    return set_limits(posture.process.rlimits);
}

// A descriptor of the host that leaked in here would make its folder reachable (CVE-2024-21626).
static Result<> check_working_folder(const std::string& folder)
{
    char path[PATH_MAX];
    // The kernel's call: the C library's would look for a way back by itself.
    if (::syscall(SYS_getcwd, path, sizeof path) < 0)
        return failed_sys("ask where {} is", folder);
    if (path[0] != '/')
        return failed("{} leads out of the container", folder);
    return {};
}

// As root: it may be one that the user could not enter by himself.
Result<> enter_working_folder(Posture& posture)
{
    const std::string& folder = posture.process.cwd;
    posture.in_working_folder = folder == "/";  // where it stands already
    if (posture.in_working_folder)
        return {};
    if (::chdir(folder.c_str()) == 0) {
        posture.in_working_folder = true;
        return check_working_folder(folder);
    }
    // On NFS and FUSE root may be the one who has no right to.
    return errno == EACCES || errno == EPERM ? Result<>() : failed_sys("enter {}", folder);
}

Result<> become_the_user(Posture& posture)
{
    const spec::User& user = posture.process.user;
    TRY(own_stdio(user.uid));
    TRY(drop_bounding(posture.capabilities.bounding));
    TRY(become(user));
    ::umask(user.umask.value_or(0022));
    return {};
}

Result<> enter_as_the_user(Posture& posture)
{
    if (posture.in_working_folder)
        return {};
    const std::string& folder = posture.process.cwd;
    if (::chdir(folder.c_str()) < 0)
        return failed_sys("enter {}", folder);
    return check_working_folder(folder);
}

static bool filter_needs_privilege(const Posture& posture)
{
    return !posture.filter.program.empty() && !posture.process.no_new_privileges;
}

CapabilitySets held_until_the_filter(const Posture& posture)
{
    CapabilitySets sets = posture.capabilities;
    if (filter_needs_privilege(posture)) {
        sets.permitted |= std::uint64_t{1} << CAP_SYS_ADMIN;
        sets.effective |= std::uint64_t{1} << CAP_SYS_ADMIN;
    }
    return sets;
}

Result<> drop_capabilities(Posture& posture)
{
    TRY(set_capabilities(held_until_the_filter(posture)));
    if (posture.process.no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed_sys("set no_new_privs");
    return {};
}

// That of the config, and what tells the program of the descriptors that it is passed.
static std::vector<std::string> environment_of(const Posture& posture)
{
    std::vector<std::string> environment = posture.process.env;
    if (posture.listen_fds > 0) {
        environment.push_back(format("LISTEN_FDS={}", posture.listen_fds));
        environment.push_back(format("LISTEN_PID={}", ::getpid()));
        if (!posture.listen_names.empty())
            environment.push_back("LISTEN_FDNAMES=" + posture.listen_names);
    }
    // An empty one is none: programs would take it for the root.
    const char* home = variable(environment, "HOME");
    if (!home || !*home)
        environment.push_back("HOME=" + home_of(posture.process.user.uid));
    return last_of_each(environment);
}

Result<> find_the_program(Posture& posture)
{
    posture.environment = environment_of(posture);
    posture.program =
        TRY(find_program(posture.process.args[0], variable(posture.environment, "PATH")));
    return {};
}

// All of ours close by themselves; this is for what we do not know of. Before the filter, which may
// forbid it.
Result<> close_the_rest(Posture& posture)
{
    if (::close_range(3 + posture.given_fds, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return failed_sys("close what is not the container's");
    return {};
}

Result<> load_filter(Posture& posture, const sys::Channel* parent)
{
    if (posture.filter.program.empty())
        return {};
    if (posture.filter.notifies && parent)
        TRY(load_supervised(posture.filter, *parent));
    else
        TRY(load_seccomp(posture.filter));
    return filter_needs_privilege(posture) ? set_capabilities(posture.capabilities) : Result<>();
}

Result<> execute_program(Posture& posture)
{
    return execute(posture.program, posture.process.args, posture.environment);
}

}  // namespace runtime
