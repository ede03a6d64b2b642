#include "runtime/container.hpp"

#include <fcntl.h>
#include <sched.h>

#include <chrono>

#include "runtime/clone_init.hpp"
#include "runtime/identity.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/user_namespace.hpp"
#include "sys/identity.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

Result<> read_the_bundle(Container& container)
{
    container.bundle = TRY(read_bundle(container.options.bundle));
    return {};
}

Result<> check_the_config(Container& container)
{
    if (::geteuid() != 0)
        return failed("containers are made by root only; rootless is not carried out yet");
    return check_config(container.bundle.config);
}

Result<> plan_all(Container& container)
{
    Layout layout = TRY(read_layout());
    container.plan = TRY(make_plan(container.bundle, std::move(layout)));
    TRY_TO(check_sysctls(container.plan.sysctls, container.plan.namespaces),
           "config.json: /linux/sysctl");
    return {};
}

// RFC 3339 in UTC. Not by gmtime, which would first read the time zone's file.
std::string now()
{
    using namespace std::chrono;
    const auto time = system_clock::now();
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<nanoseconds>(time - day));
    return format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                  clock.subseconds().count());
}

// From here on `delete --force` finds whatever we leave behind, wherever we are stopped.
Result<> take_the_id(Container& container)
{
    Groups groups = TRY(Groups::plan(container.plan.layout,
                                     container.bundle.config.linux.cgroups_path, container.id));
    container.state_dir = TRY(StateDir::make(container.options.root, container.id));
    container.state = {.oci_version = container.bundle.config.oci_version,
                       .id = container.id,
                       .bundle = container.bundle.path,
                       .rootfs = container.bundle.rootfs,
                       .created = now(),
                       .owner = ::geteuid(),
                       .cgroups = groups.paths(),
                       .annotations = container.bundle.config.annotations};
    TRY(container.state_dir->save_config(container.bundle.config_text));
    TRY(container.state_dir->save(container.state));
    container.planned_groups = std::move(groups);
    return {};
}

Result<> make_groups(Container& container)
{
    TRY(container.planned_groups->make());
    container.groups = MadeGroups(std::move(*container.planned_groups));
    TRY(container.groups->apply(container.plan.knobs));
    TRY(container.groups->apply(container.plan.device_policy));
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
    Init init{.bundle = container.bundle, .plan = container.plan, .groups = *container.groups};
    init.parent = std::move(channel.there);
    init.root = std::move(container.root);
    if (container.plan.namespaces.has(CLONE_NEWUSER))
        init.sources = TRY(open_sources(container.plan.mounts, container.plan.host_propagation));
    container.init_channel = std::move(channel.here);
    container.init = TRY(clone_init(init, container.init_channel));
    return {};
}

Result<> record_init(Container& container)
{
    container.state.init = TRY(sys::identify(container.init.pid(), container.init.pidfd()));
    return container.state_dir->save(container.state);
}

Result<> map_ids(Container& container)
{
    return prepare_user_namespace(container.init.pid(), container.bundle.config,
                                  container.plan.namespaces);
}

Result<> adjust_oom_score(Container& container)
{
    const auto& score = container.bundle.config.process->oom_score_adj;
    if (!score)
        return {};
    TRY_TO(set_oom_score(container.init.pid(), *score), "config.json: /process/oomScoreAdj");
    return {};
}

Result<> wait_for_init(Container& container)
{
    TRY(container.init_channel.send(static_cast<char>(Word::Go)));
    const auto message = TRY(container.init_channel.receive());
    if (!message)
        return failed("init is gone without a word");
    return {};
}

constexpr sys::Step<Container> kMake[] = {
    {"read bundle", read_the_bundle},
    {"check config", check_the_config},
    {"plan", plan_all},
    {"take id", take_the_id},
    {"open rootfs", open_root},
    {"make control groups", make_groups},
    {"start init", start_init},
    {"record init", record_init},
    {"map ids", map_ids},
    {"adjust oom score", adjust_oom_score},
    {"init", wait_for_init},
};

}  // namespace

MadeGroups::~MadeGroups()
{
    if (!groups_)
        return;
    (void)groups_->kill_all();
    (void)groups_->remove();
}

Result<> make_container(Container& container)
{
    return sys::run_steps<Container>(kMake, container);
}

}  // namespace runtime
