#include "runtime/container.hpp"

#include <fcntl.h>
#include <sched.h>

#include <chrono>

#include "runtime/rootfs.hpp"
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

int init_main(void* argument)
{
    return run_init(*static_cast<Init*>(argument));
}

Result<> start_init(Container& container)
{
    for (const auto& joined : container.plan.namespaces.joined)
        if (joined.flag == CLONE_NEWPID || joined.flag == CLONE_NEWTIME)
            TRY(join_namespace(joined));
    sys::ChannelPair channel = TRY(sys::make_channel());
    Init init{.bundle = container.bundle, .plan = container.plan, .groups = *container.groups};
    init.parent = std::move(channel.there);
    init.root = std::move(container.root);
    container.init_channel = std::move(channel.here);
    // The cgroup namespace is init's to make, once it stands in its groups.
    const unsigned long made = container.plan.namespaces.made & ~CLONE_NEWCGROUP;
    container.init = TRY(sys::spawn(made, container.groups->v2_folder(), init_main, &init));
    return {};
}

Result<> record_init(Container& container)
{
    container.state.init = TRY(sys::identify(container.init.pid(), container.init.pidfd()));
    return container.state_dir->save(container.state);
}

Result<> wait_for_init(Container& container)
{
    TRY(container.init_channel.send(static_cast<char>(Word::Go)));
    for (;;) {
        auto message = TRY(container.init_channel.receive());
        if (!message)
            return failed("init is gone without a word");
        if (message->kind != static_cast<char>(Word::Terminal))
            return {};
        container.terminal = std::move(message->fd);
    }
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
