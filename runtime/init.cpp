#include "runtime/init.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "runtime/apparmor.hpp"
#include "runtime/hooks.hpp"
#include "runtime/identity.hpp"
#include "runtime/no_pivot.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/selinux.hpp"
#include "runtime/start_socket.hpp"
#include "runtime/terminal.hpp"
#include "runtime/user_namespace.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/root.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

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
    return expect(init.parent, Word::Go);
}

Result<> enter_groups(Init& init)
{
    return init.groups.enter();
}

Result<> become_root(Init& init)
{
    if (!init.plan.namespaces.has(CLONE_NEWUSER))
        return {};
    const IdMaps maps = TRY(maps_of("self"));
    return become_root_of(maps);
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

Result<> lead_its_session(Init& init)
{
    const std::string& label = init.posture.process.selinux_label;
    if (!label.empty() && !init.options.no_new_keyring) {
        const sys::Fd proc = TRY(sys::open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
        TRY(label_keyrings(proc.get(), label));
    }
    return lead_a_session(init.options.no_new_keyring ? Keyring::Caller : Keyring::New);
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
    const CgroupSource cgroups = {
        .layout = init.plan.layout,
        .groups = init.plan.without_cgroups ? own_groups(init.plan.layout) : init.groups.paths(),
        .view = init.plan.namespaces.has(CLONE_NEWCGROUP) ? CgroupView::OwnNamespace
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
    const sys::Fd master = TRY(take_terminal(init.root, process.console_size, Console::Shown));
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
    TRY(expect(init.parent, Word::Go));
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
    TRY(mask_paths(init.root, linux.masked_paths, init.null, linux.mount_label));
    TRY(make_paths_read_only(init.root, linux.readonly_paths));
    return init.bundle.config.root.readonly ? make_root_read_only(init.root) : Result<>();
}

Result<> pivot_into_root(Init& init)
{
    init.proc = TRY(sys::open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
    TRY(init.options.no_pivot ? move_root(init.root, init.plan.root_propagation, init.proc)
                              : pivot(init.root, init.plan.root_propagation));
    init.root = {};
    init.null = {};
    return {};
}

// As the host's procfs has it: in the container /proc may be anything.
Result<> drop_and_check(Init& init)
{
    TRY(drop_capabilities(init.posture));
    TRY(confine_on_execute(init.proc.get(), init.posture.process.apparmor_profile));
    TRY(label_on_execute(init.proc.get(), init.posture.process.selinux_label));
    const std::string status = TRY(status_of(init.proc.get(), "thread-self"));
    init.proc = {};
    take_default_signals(status);
    const spec::Process& process = init.posture.process;
    return check_posture(status, {.uid = process.user.uid,
                                  .gid = process.user.gid,
                                  .no_new_privileges = process.no_new_privileges,
                                  .capabilities = held_until_the_filter(init.posture)});
}

Result<> wait_for_start(Init& init)
{
    TRY(init.parent.send(static_cast<char>(Word::Ready)));
    if (!init.start_socket)
        return expect(init.parent, Word::Start);
    TRY(expect(init.parent, Word::Wait));
    init.parent = {};
    init.parent = TRY(wait_at_start_socket(init.start_socket));
    return {};
}

// They are of the container's files: no more is allowed to them than to its program. Nobody is
// asked about them, for the supervisor is of the program.
Result<> run_start_hooks(Init& init)
{
    return run_hooks(HookPoint::StartContainer, init.bundle.config.hooks,
                     {.state = seen_from_inside(init.state), .folder = "/", .before_execute = [&] {
                          return load_filter(init.posture, nullptr);
                      }});
}

// With execve it would be closed at about the time when `start` hears of that: `state` could still
// find us there.
Result<> leave_start_socket(Init& init)
{
    init.start_socket = {};
    return {};
}

constexpr sys::Step<Init> kInit[] = {
    {"wait for parent", wait_for_parent},
    {"enter control groups", enter_groups},
    {"become root", become_root},
    {"join namespaces", join_the_rest},
    {"lead a session", lead_its_session},
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
    {"set scheduling", of_posture<set_scheduling>},
    {"set limits", of_posture<set_rlimits>},
    {"enter working folder", of_posture<enter_working_folder>},
    {"become the user", of_posture<become_the_user>},
    {"enter working folder as the user", of_posture<enter_as_the_user>},
    {"drop capabilities", drop_and_check},
    {"find program", of_posture<find_the_program>},
    {"close the rest", of_posture<close_the_rest>},
    {"wait for start", wait_for_start},
    {"run start hooks", run_start_hooks},
    {"leave start socket", leave_start_socket},
    {"load seccomp", load_filter_of<Init>},
    {"execute", of_posture<execute_program>},
};

}  // namespace

int run_init(Init& init)
{
    const auto done = sys::run_steps<Init>(kInit, init);
    (void)init.parent.send(done.error());
    return 1;
}

}  // namespace runtime
