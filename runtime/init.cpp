#include "runtime/init.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdlib>

#include "runtime/hooks.hpp"
#include "runtime/identity.hpp"
#include "runtime/program.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/start_socket.hpp"
#include "runtime/terminal.hpp"
#include "runtime/user_namespace.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/root.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

// Init dies with a parent that is gone before it said the word.
Result<> expect(const Init& init, Word word)
{
    const auto message = TRY(init.parent.receive());
    if (!message)
        ::_exit(1);
    if (message->kind != static_cast<char>(word))
        return failed("a message '{}' where '{}' was expected", message->kind,
                      static_cast<char>(word));
    return {};
}

// Hooks in the container's namespaces are told the pid that is init's there.
spec::State seen_from_inside(spec::State state)
{
    state.init.pid = ::getpid();
    return state;
}

Result<> wait_for_parent(Init& init)
{
    ::prctl(PR_SET_NAME, "runtime:init", 0, 0, 0);
    // What shares our namespaces must not look into us while we still hold things of the host.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    ::umask(0);
    // Above all the parent's own end: while it is open here, we would not see the parent go.
    std::vector<int> kept = init.groups.entrances();
    kept.insert(kept.end(), {init.parent.fd().get(), init.root.get(), init.start_socket.get()});
    for (std::uint32_t i = 0; i < init.options.given_fds(); ++i)
        kept.push_back(static_cast<int>(3 + i));
    for (const auto& source : init.sources)
        kept.push_back(source.get());
    TRY(sys::close_all_but(std::move(kept)));
    return expect(init, Word::Go);
}

Result<> enter_groups(Init& init)
{
    return init.groups.enter();
}

Result<> become_root(Init& init)
{
    return init.plan.namespaces.has(CLONE_NEWUSER) ? become_namespace_root() : Result<>();
}

Result<> join_the_rest(Init& init)
{
    const Namespaces& namespaces = init.plan.namespaces;
    TRY(join_namespaces(namespaces, ~namespaces.joined_before_init()));
    // Not by clone3: it begins where its maker stands, and init was not in its groups then.
    if (namespaces.made & CLONE_NEWCGROUP && ::unshare(CLONE_NEWCGROUP) < 0)
        return failed_sys("make a cgroup namespace");
    return {};
}

Result<> lead_a_session(Init& init)
{
    if (::setsid() < 0)
        return failed_sys("setsid");
    // What the caller keeps in his session's keyring is not the container's to use.
    if (!init.options.no_new_keyring && ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, 0) < 0 &&
        errno != ENOSYS && errno != EPERM && errno != EACCES)
        return failed_sys("make a session keyring");
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    return {};
}

Result<> set_names(Init& init)
{
    const spec::Config& config = init.bundle.config;
    if (!config.hostname.empty() &&
        ::sethostname(config.hostname.data(), config.hostname.size()) < 0)
        return failed_sys("set the host name to {}", config.hostname);
    if (!config.domainname.empty() &&
        ::setdomainname(config.domainname.data(), config.domainname.size()) < 0)
        return failed_sys("set the domain name to {}", config.domainname);
    return {};
}

Result<> set_parameters(Init& init)
{
    return write_sysctls(init.plan.sysctls);
}

Result<> bring_up_loopback(Init& init)
{
    return init.plan.namespaces.made & CLONE_NEWNET ? raise_loopback() : Result<>();
}

// The host's /dev/null, and nothing that somebody put in its place (CVE-2025-31133).
Result<sys::Fd> open_null()
{
    sys::Fd null = TRY(sys::open_at(AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW));
    struct stat status = {};
    if (::fstat(null.get(), &status) < 0)
        return failed_sys("look at /dev/null");
    if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3))
        return failed("/dev/null is not the device c 1:3");
    return null;
}

Result<> attach_root(Init& init)
{
    init.null = TRY(open_null());
    // Hooks that run before the pivot look for what is mounted there, and may add to it.
    const bool looked_into = has_early_hooks(init.bundle.config.hooks);
    return attach_rootfs(init.root, init.plan.host_propagation,
                         looked_into ? init.bundle.rootfs : "/");
}

Result<> mount_all(Init& init)
{
    const CgroupSource cgroups = {.layout = init.plan.layout,
                                  .groups = init.groups.paths(),
                                  .view = init.plan.namespaces.has(CLONE_NEWCGROUP)
                                              ? CgroupView::OwnNamespace
                                              : CgroupView::Bound};
    return make_mounts(init.root, init.plan.mounts, cgroups, std::move(init.sources));
}

Result<> make_dev(Init& init)
{
    const auto origin =
        init.plan.namespaces.has(CLONE_NEWUSER) ? DeviceOrigin::HostBound : DeviceOrigin::Made;
    TRY(make_devices(init.root, init.plan.devices, origin));
    return make_device_links(init.root);
}

Result<> make_terminal(Init& init)
{
    const spec::Process& process = *init.bundle.config.process;
    if (!process.terminal)
        return {};
    const sys::Fd master = TRY(take_terminal(init.root, process.console_size));
    return init.parent.send(static_cast<char>(Word::Terminal), &master);
}

Result<> make_working_folder(Init& init)
{
    if (init.bundle.config.process->cwd == "/")
        return {};
    const auto made = sys::make_folder_in_root(init.root, init.bundle.config.process->cwd);
    return made ? Result<>() : std::unexpected(made.error());
}

Result<> run_early_hooks(Init& init)
{
    const spec::Hooks& hooks = init.bundle.config.hooks;
    if (!has_early_hooks(hooks))
        return {};
    TRY(init.parent.send(static_cast<char>(Word::Hooks)));
    TRY(expect(init, Word::Go));
    const auto ran = run_hooks(HookPoint::CreateContainer, hooks,
                               {.state = seen_from_inside(init.state),
                                .folder = init.bundle.path,
                                .watched = {init.parent.fd().get()}});
    if (!ran && ran.error().code == ECANCELED)
        ::_exit(1);  // with its parent
    return ran;
}

Result<> hide_paths(Init& init)
{
    const spec::Linux& linux = init.bundle.config.linux;
    TRY(mask_paths(init.root, linux.masked_paths, init.null));
    TRY(make_paths_read_only(init.root, linux.readonly_paths));
    return init.bundle.config.root.readonly ? make_root_read_only(init.root) : Result<>();
}

Result<> pivot_into_root(Init& init)
{
    init.proc = TRY(sys::open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
    TRY(pivot(init.root, init.plan.root_propagation));
    init.root = {};
    init.null = {};
    return {};
}

Result<> set_rlimits(Init& init)
{
    return set_limits(init.bundle.config.process->rlimits);
}

// A descriptor of the host that leaked in here would make its folder reachable (CVE-2024-21626).
Result<> check_working_folder(const std::string& folder)
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
Result<> enter_working_folder(Init& init)
{
    const std::string& folder = init.bundle.config.process->cwd;
    init.in_working_folder = folder == "/";  // since the pivot
    if (init.in_working_folder)
        return {};
    if (::chdir(folder.c_str()) == 0) {
        init.in_working_folder = true;
        return check_working_folder(folder);
    }
    // On NFS and FUSE root may be the one who has no right to.
    return errno == EACCES || errno == EPERM ? Result<>() : failed_sys("enter {}", folder);
}

Result<> become_the_user(Init& init)
{
    const spec::Process& process = *init.bundle.config.process;
    TRY(own_stdio(process.user.uid));
    TRY(drop_bounding(init.plan.capabilities.bounding));
    TRY(become(process.user));
    ::umask(process.user.umask.value_or(0022));
    return {};
}

Result<> enter_as_the_user(Init& init)
{
    if (init.in_working_folder)
        return {};
    const std::string& folder = init.bundle.config.process->cwd;
    if (::chdir(folder.c_str()) < 0)
        return failed_sys("enter {}", folder);
    return check_working_folder(folder);
}

// Without no_new_privs a filter can be loaded by a privileged process only. It is loaded as late as
// can be, for it may forbid what we still have to do: until then one capability stays.
bool filter_needs_privilege(const Init& init)
{
    return !init.plan.filter.program.empty() && !init.bundle.config.process->no_new_privileges;
}

Result<> drop_capabilities(Init& init)
{
    CapabilitySets sets = init.plan.capabilities;
    if (filter_needs_privilege(init)) {
        sets.permitted |= std::uint64_t{1} << CAP_SYS_ADMIN;
        sets.effective |= std::uint64_t{1} << CAP_SYS_ADMIN;
    }
    TRY(set_capabilities(sets));
    if (init.bundle.config.process->no_new_privileges &&
        ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return failed_sys("set no_new_privs");
    return check_posture(init.proc, *init.bundle.config.process, sets);
}

// That of the config, and what tells the program of the descriptors that it is passed.
std::vector<std::string> environment_of(const Init& init)
{
    std::vector<std::string> environment = init.bundle.config.process->env;
    if (init.options.listen_fds > 0) {
        environment.push_back(format("LISTEN_FDS={}", init.options.listen_fds));
        environment.push_back(format("LISTEN_PID={}", ::getpid()));
        if (const char* names = std::getenv("LISTEN_FDNAMES"))
            environment.push_back(format("LISTEN_FDNAMES={}", names));
    }
    // An empty one is none: programs would take it for the root.
    const char* home = variable(environment, "HOME");
    if (!home || !*home)
        environment.push_back("HOME=" + home_of(init.bundle.config.process->user.uid));
    return last_of_each(environment);
}

Result<> find_the_program(Init& init)
{
    const spec::Process& process = *init.bundle.config.process;
    init.proc = {};
    init.environment = environment_of(init);
    init.program = TRY(find_program(process.args[0], variable(init.environment, "PATH")));
    return {};
}

// All of ours close by themselves; this is for what we do not know of. Before the filter, which may
// forbid it.
Result<> close_the_rest(Init& init)
{
    if (::close_range(3 + init.options.given_fds(), ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return failed_sys("close what is not the container's");
    return {};
}

Result<> wait_for_start(Init& init)
{
    TRY(init.parent.send(static_cast<char>(Word::Ready)));
    if (!init.start_socket)
        return expect(init, Word::Start);
    TRY(expect(init, Word::Wait));
    init.parent = {};
    init.parent = TRY(wait_at_start_socket(init.start_socket));
    return {};
}

Result<> load_filter(Init& init)
{
    if (init.plan.filter.program.empty())
        return {};
    TRY(load_seccomp(init.plan.filter));
    return filter_needs_privilege(init) ? set_capabilities(init.plan.capabilities) : Result<>();
}

// They are of the container's files: no more is allowed to them than to its program.
Result<> run_start_hooks(Init& init)
{
    return run_hooks(HookPoint::StartContainer, init.bundle.config.hooks,
                     {.state = seen_from_inside(init.state), .folder = "/", .before_execute = [&] {
                          return load_filter(init);
                      }});
}

Result<> execute_program(Init& init)
{
    return execute(init.program, init.bundle.config.process->args, init.environment);
}

constexpr sys::Step<Init> kInit[] = {
    {"wait for parent", wait_for_parent},
    {"enter control groups", enter_groups},
    {"become root", become_root},
    {"join namespaces", join_the_rest},
    {"lead a session", lead_a_session},
    {"set names", set_names},
    {"set kernel parameters", set_parameters},
    {"bring up loopback", bring_up_loopback},
    {"attach rootfs", attach_root},
    {"mount", mount_all},
    {"make devices", make_dev},
    {"make terminal", make_terminal},
    {"make working folder", make_working_folder},
    {"run hooks", run_early_hooks},
    {"hide paths", hide_paths},
    {"pivot into rootfs", pivot_into_root},
    {"set limits", set_rlimits},
    {"enter working folder", enter_working_folder},
    {"become the user", become_the_user},
    {"enter working folder as the user", enter_as_the_user},
    {"drop capabilities", drop_capabilities},
    {"find program", find_the_program},
    {"close the rest", close_the_rest},
    {"wait for start", wait_for_start},
    {"run start hooks", run_start_hooks},
    {"load seccomp", load_filter},
    {"execute", execute_program},
};

}  // namespace

int run_init(Init& init)
{
    const auto done = sys::run_steps<Init>(kInit, init);
    (void)init.parent.send(done.error());
    return 1;
}

}  // namespace runtime
