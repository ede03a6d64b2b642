#include "runtime/container.hpp"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>

#include <algorithm>

#include "runtime/apparmor.hpp"
#include "runtime/clone_init.hpp"
#include "runtime/create_options.hpp"
#include "runtime/identity.hpp"
#include "runtime/listener.hpp"
#include "runtime/making.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/seccomp_cache.hpp"
#include "runtime/selinux.hpp"
#include "runtime/terminal.hpp"
#include "runtime/user_namespace.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/socket.hpp"
#include "sys/steps.hpp"
#include "sys/time.hpp"

namespace runtime {

namespace {

Result<> check_options(Container& container)
{
    if (::geteuid() != 0)
        return failed("containers are made by root only; rootless is not carried out yet");
    return check_create_options(container.options);
}

// What is to stop us is looked for where we wait (hear_from_init); nothing is half done by then.
Result<> block_signals(Container& container)
{
    container.interrupts = TRY(take_interrupts(container.options.timeout));
    return {};
}

Result<> read_the_bundle(Container& container)
{
    container.bundle = TRY(read_bundle(container.options.bundle, container.options.config));
    return {};
}

Result<> check_the_config(Container& container)
{
    const spec::Config& config = container.bundle.config;
    TRY(check_config(config));
    TRY_TO(check_apparmor(config.process->apparmor_profile),
           "config.json: /process/apparmorProfile");
    TRY_TO(check_selinux(config.process->selinux_label), "config.json: /process/selinuxLabel");
    TRY_TO(check_selinux(config.linux.mount_label), "config.json: /linux/mountLabel");
    return check_terminal(config.process->terminal, "config.json: /process/terminal",
                          container.options.detach, container.options.console_socket);
}

// Before anything is made: nobody listens there as often as not.
Result<> connect_sockets(Container& container)
{
    if (!container.options.console_socket.empty())
        container.console = TRY(sys::connect_to(container.options.console_socket));
    if (!container.options.pidfd_socket.empty())
        container.pidfd_socket = TRY(sys::connect_to(container.options.pidfd_socket));
    if (!container.start_socket)
        container.supervisor = TRY(connect_to_supervisor(container.bundle.config.linux));
    return {};
}

Result<> plan_all(Container& container)
{
    Layout layout = TRY(read_layout());
    container.plan = TRY(make_plan(container.bundle, std::move(layout)));
    if (container.options.cgroup_manager == CgroupManager::Disabled)
        TRY_TO(do_without_cgroups(container.bundle.config, container.plan), "config.json");
    TRY_TO(check_sysctls(container.plan.sysctls, container.plan.namespaces),
           "config.json: /linux/sysctl");
    Plan& plan = container.plan;
    if (const auto& profile = container.bundle.config.linux.seccomp)
        plan.filter =
            TRY_TO(cached_seccomp(*profile, container.options.root), "config.json: /linux/seccomp");
    plan.capabilities =
        TRY(granted_here(plan.capabilities, plan.namespaces.has(CLONE_NEWUSER), plan.warnings));
    constexpr std::uint64_t may_unmount = std::uint64_t{1} << CAP_SYS_ADMIN;
    if (container.options.no_pivot && plan.capabilities.bounding & may_unmount)
        plan.warnings.push_back(
            "--no-pivot: who has CAP_SYS_ADMIN can unmount the root, and is in the host's then");
    return {};
}

Result<Groups> plan_groups(const Container& container)
{
    if (container.plan.without_cgroups)
        return Groups();
    return Groups::plan(container.plan.layout, container.bundle.config.linux.cgroups_path,
                        container.id);
}

// From here on `delete --force` finds whatever we leave behind, wherever we are stopped.
Result<> take_the_id(Container& container)
{
    Groups groups = TRY(plan_groups(container));
    container.state_dir =
        TRY(StateDir::make(container.options.root, container.id, container.options.owner));
    container.state = {.oci_version = container.bundle.config.oci_version,
                       .id = container.id,
                       .bundle = container.bundle.path,
                       .rootfs = container.bundle.rootfs,
                       .created = sys::utc_now(),
                       .owner = ::geteuid(),
                       .own_pids = (container.plan.namespaces.made & CLONE_NEWPID) != 0,
                       .hooks_follow = has_later_hooks(container.bundle.config.hooks),
                       .supervised = container.plan.filter.notifies,
                       .without_cgroups = container.plan.without_cgroups,
                       .cgroups = groups.paths(),
                       .annotations = container.bundle.config.annotations};
    TRY(container.state_dir->save_config(container.bundle.config_text));
    TRY(container.state_dir->save(container.state));
    container.planned_groups = std::move(groups);
    return {};
}

Result<> make_notify_folder(Container& container)
{
    if (container.options.notify_socket.empty())
        return {};
    const std::string root = TRY(sys::absolute(container.options.root));
    return give_notify_socket(*container.state_dir, root, *container.bundle.config.process,
                              container.plan.mounts);
}

Result<> make_groups(Container& container)
{
    TRY(container.planned_groups->make());
    container.groups = MadeGroups(std::move(*container.planned_groups));
    TRY_TO(container.groups->apply(container.plan.knobs), "config.json");
    TRY_TO(container.groups->apply(container.plan.device_policy), "config.json");
    return container.groups->open_entrances();
}

Result<> open_root(Container& container)
{
    container.root = TRY(open_rootfs(container.bundle.rootfs));
    return {};
}

Result<> start_init(Container& container)
{
    sys::ChannelPair channel = TRY(sys::make_channel());
    Init init{.options = container.options,
              .bundle = container.bundle,
              .state = container.state,
              .plan = container.plan,
              .groups = *container.groups,
              .start_socket = container.start_socket,
              .posture = plan_posture(*container.bundle.config.process,
                                      container.bundle.config.linux, container.plan.capabilities,
                                      container.plan.filter, container.options)};
    init.parent = std::move(channel.there);
    init.root = std::move(container.root);
    init.sources = TRY(open_sources(container.plan.mounts, container.plan.host_propagation,
                                    container.plan.namespaces.has(CLONE_NEWUSER)
                                        ? OpenedByParent::All
                                        : OpenedByParent::WithMappedIds));
    container.init_channel = std::move(channel.here);
    container.init = TRY(clone_init(init, container.init_channel));
    container.groups->close_entrances();
    return {};
}

Result<> record_init(Container& container)
{
    container.state.init = TRY(sys::identify(container.init.pid(), container.init.pidfd()));
    return container.state_dir->save(container.state);
}

Result<> map_ids(Container& container)
{
    const spec::Config& config = container.bundle.config;
    return prepare_user_namespace(container.init.pid(), config.linux, *config.process,
                                  container.plan.namespaces);
}

Result<> delegate_groups(Container& container)
{
    if (!container.plan.delegates)
        return {};
    const IdMaps maps = TRY(maps_of(format("{}", container.init.pid())));
    const auto uid = host_id(maps.uids, container.bundle.config.process->user.uid);
    return uid && *uid != 0 ? container.groups->delegate_to(*uid) : Result<>();
}

// Before init goes on: its kernel parameters may be theirs.
Result<> move_network_devices(Container& container)
{
    const auto& devices = container.bundle.config.linux.net_devices;
    if (devices.empty())
        return {};
    const auto& joined = container.plan.namespaces.joined;
    const auto found = std::ranges::find(joined, CLONE_NEWNET, &JoinedNamespace::flag);
    const std::string path =
        found == joined.end() ? format("/proc/{}/ns/net", container.init.pid()) : found->path;
    sys::Fd file = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK));
    return container.net_devices.move(devices, std::move(file));
}

Result<> adjust_oom_score(Container& container)
{
    const auto& score = container.bundle.config.process->oom_score_adj;
    if (!score)
        return {};
    TRY_TO(set_oom_score(container.init.pid(), *score), "config.json: /process/oomScoreAdj");
    return {};
}

std::unexpected<Error> gone(Container& container)
{
    return gone_without_a_word(container.init, "init", container.bundle.config.linux);
}

// While init waits, all mounted and not yet pivoted.
Result<> run_hooks_here(Container& container)
{
    const spec::Hooks& hooks = container.bundle.config.hooks;
    container.owed_hooks.owe(hooks, container.state);
    const HookSurroundings around = {
        .state = container.state,
        .folder = container.bundle.path,
        .watched = {container.interrupts.get(), container.init_channel.fd().get()}};
    for (const auto point : {HookPoint::Prestart, HookPoint::CreateRuntime}) {
        const auto ran = run_hooks(point, hooks, around);
        if (!ran && ran.error().code == ECANCELED) {
            TRY(hear_from_init(container));
            return gone(container);
        }
        TRY(ran);
    }
    return tell_init(container, Word::Go);
}

Result<> wait_for_init(Container& container)
{
    TRY(tell_init(container, Word::Go));
    for (;;) {
        auto message = TRY(hear_from_init(container));
        if (!message)
            return gone(container);
        if (message->kind == static_cast<char>(Word::Terminal))
            container.terminal = std::move(message->fd);
        else if (message->kind == static_cast<char>(Word::Hooks))
            TRY(run_hooks_here(container));
        else
            return {};
    }
}

Result<> hand_over(Container& container)
{
    if (container.pidfd_socket)
        TRY_TO(sys::send_message(container.pidfd_socket, "standard", &container.init.pidfd()),
               "--pidfd-socket");
    container.pidfd_socket = {};
    if (!container.console)
        return {};
    TRY(send_master(container.console, container.terminal));
    container.console = {};
    container.terminal = {};
    return {};
}

constexpr sys::Step<Container> kBegin[] = {
    {"check options", check_options},
    {"block signals", block_signals},
    {"read bundle", read_the_bundle},
};

constexpr sys::Step<Container> kMake[] = {
    {"check config", check_the_config},
    {"connect sockets", connect_sockets},
    {"plan", plan_all},
    {"take id", take_the_id},
    {"make notify folder", make_notify_folder},
    {"open rootfs", open_root},
    {"make control groups", make_groups},
    {"start init", start_init},
    {"record init", record_init},
    {"map ids", map_ids},
    {"delegate control groups", delegate_groups},
    {"move network devices", move_network_devices},
    {"adjust oom score", adjust_oom_score},
    {"init", wait_for_init},
    {"hand over", hand_over},
};

}  // namespace

MadeGroups::~MadeGroups()
{
    if (!groups_)
        return;
    (void)groups_->kill_all();
    (void)groups_->remove();
}

Result<> begin_container(Container& container)
{
    return sys::run_steps<Container>(kBegin, container);
}

Result<> make_begun_container(Container& container)
{
    return sys::run_steps<Container>(kMake, container);
}

Result<> make_container(Container& container)
{
    TRY(begin_container(container));
    return make_begun_container(container);
}

Result<std::optional<sys::Channel::Message>> hear_from_init(const Container& container)
{
    return hear_from(container.init_channel, container.interrupts);
}

Result<> tell_init(Container& container, Word word)
{
    if (container.init_channel.send(static_cast<char>(word)))
        return {};
    TRY(hear_from_init(container));
    return gone(container);
}

Result<> write_pid_file(Container& container)
{
    return container.pid_file.make(container.options.pid_file, format("{}", container.init.pid()));
}

Result<> record_created(Container& container)
{
    container.state.status = spec::ContainerStatus::Created;
    container.owed_hooks.owe(container.bundle.config.hooks, container.state);
    return container.state_dir->save(container.state);
}

void keep(Container& container)
{
    container.init.detach();
    (void)container.groups.release();
    container.state_dir->keep();
    container.owed_hooks.keep();
    container.pid_file.keep();
}

}  // namespace runtime
