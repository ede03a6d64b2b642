// runtime delete: removes a container that has stopped, and with --force any.

#include <signal.h>

#include "runtime/existing.hpp"
#include "runtime/refused.hpp"
#include "runtime/remove.hpp"
#include "spec/config.hpp"
#include "spec/id.hpp"
#include "sys/identity.hpp"
#include "sys/process.hpp"
#include "sys/time.hpp"

namespace runtime {

namespace {

using spec::ContainerStatus;

Result<> remove_known(Existing& container, std::vector<Notice>& notices)
{
    Groups groups = TRY(groups_of(container.state));
    Removal removal{.dir = container.dir,
                    .notices = notices,
                    .state = &container.state,
                    .groups = std::move(groups),
                    .init = std::move(container.init),
                    .groups_are_ours = container.state.init.pid != 0};
    return remove_container(removal);
}

// The record says nothing: the groups are where the config, or the id, would have put them.
Result<> remove_unknown(StateDir& dir, const std::string& id, bool recorded,
                        std::vector<Notice>& notices)
{
    TRY(dir.check_is_ours());
    std::string cgroups_path;
    if (const auto text = dir.load_config())
        if (const auto config = spec::read_config(*text, "config.json", kRefused))
            cgroups_path = config->linux.cgroups_path;
    const Layout layout = TRY(read_layout());
    Groups groups = TRY(Groups::plan(layout, cgroups_path, id));
    // Groups of a name that others may use are looked into before they are put on record.
    Removal removal{.dir = dir,
                    .notices = notices,
                    .groups = std::move(groups),
                    .groups_are_ours = recorded || cgroups_path.empty()};
    return remove_container(removal);
}

// Nobody else makes or removes it from here on; false where it is gone. Its maker undoes everything
// by himself once its init is dead. Whose it is may be told only now.
Result<bool> lock(const Options& options, const StateDir& dir, bool force)
{
    for (sys::Patience patience;;) {
        const bool locked = TRY(dir.try_lock());
        if (!dir.belongs_to(options.owner))
            return false;
        if (locked)
            return !dir.is_removed();
        if (const auto state = dir.load(); state && force)
            if (const auto init = sys::find_process(state->init); init && *init)
                (void)sys::send_signal(**init, SIGKILL);
        if (!patience.wait())
            return failed("somebody has been making or removing it for ten seconds");
    }
}

// What look_at() could not make sense of.
Result<> remove_unreadable(Call& call, const std::string& id)
{
    auto dir = TRY(StateDir::find(call.options.root, id, call.options.owner));
    if (!dir)
        return {};
    const bool there = TRY(lock(call.options, *dir, true));
    return there ? remove_unknown(*dir, id, true, call.notices) : Result<>();
}

Result<> delete_one(Call& call, const std::string& id)
{
    const Options& options = call.options;
    TRY(spec::check_id(id));
    auto dir = TRY(StateDir::find(options.root, id, options.owner));
    bool there = dir.has_value();
    if (there && options.force)
        there = TRY(lock(options, *dir, true));
    if (!there)
        return options.force ? Result<>() : failed("container does not exist");
    auto container = look_at(*std::move(dir));
    if (!container && options.force)
        return remove_unreadable(call, id);
    if (!container) {
        if (container.error().hint.empty())
            container.error().hint = "delete --force removes it all the same";
        return std::unexpected(container.error());
    }
    // As with its peers, what was never started needs no force.
    if (!options.force && container->status != ContainerStatus::Stopped &&
        container->status != ContainerStatus::Created)
        return failed("container is not stopped: {}", spec::word(container->status));
    if (!options.force)
        there = TRY(lock(options, container->dir, false));
    if (!there)
        return failed("container does not exist");
    return container->recorded ? remove_known(*container, call.notices)
                               : remove_unknown(container->dir, id, false, call.notices);
}

Result<int> remove(Call& call)
{
    return for_each_named(call, [&](const std::string& id) { return delete_one(call, id); });
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::force>("force", 'f', "", "kills what runs; no container is no failure"),
    spec::option<&Options::regex>("regex", 'r', "", "ID is a regular expression"),
};

}  // namespace

constinit const Verb kDelete = {
    {.name = "delete",
     .arguments = "ID",
     .summary = "removes a container that has stopped or was not started",
     .options = kOptions},
    remove,
};

}  // namespace runtime
