#include "shim/existing.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>

#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "spec/id.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace shim {

namespace {

template <class T>
void note(Existing& existing, Result<T>&& read, auto& into)
{
    if (read)
        into = std::move(*read);
    else if (existing.broken.empty())
        existing.broken = read.error().message();
}

}  // namespace

Result<Places> places_of(const Call& call)
{
    return find_places(call.options.root, call.options.data);
}

Result<sys::Fd> open_running(const Existing& existing)
{
    const std::string path = format("{}/{}", existing.places.running(), existing.id);
    auto folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto token = TRY(read_if_there(folder, kTokenFile));
    const std::string own = TRY(token_of(existing.record));
    if (token != own)
        return std::unexpected(Error{.doing = "open " + path, .code = ENOENT});
    return folder;
}

Result<Container> container_of(const Existing& existing)
{
    Container container{.places = existing.places};
    if (existing.launch)
        container.launch = *existing.launch;
    container.launch.id = existing.id;
    container.runtime = TRY(find_runtime());
    container.token = TRY(token_of(existing.record));
    if (auto folder = open_running(existing))
        container.folder = std::move(*folder);
    return container;
}

static Result<sys::Fd> open_record(const Places& places, const std::string& id)
{
    auto record = sys::open_at(AT_FDCWD, format("{}/{}", places.records(), id),
                               O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    return record || record.error().code != ENOENT ? std::move(record)
                                                   : failed("container does not exist");
}

Result<Existing> find_existing(const Places& places, const std::string& id)
{
    TRY(spec::check_id(id));
    auto record = TRY(open_record(places, id));
    Existing existing{.places = places, .id = id, .record = std::move(record)};
    existing.guarded = TRY(is_guarded(existing.record));
    read_records(existing);
    // One that is being removed loses its name first.
    if (!existing.broken.empty())
        TRY(open_record(places, id));
    return existing;
}

void read_records(Existing& existing)
{
    existing.broken.clear();
    note(existing, read_launch(existing.record), existing.launch);
    note(existing, read_exit(existing.record), existing.exit);
    if (existing.launch)
        existing.places.root = existing.launch->root;
    if (existing.exit)
        return;
    // What it says is for people: a damaged one breaks nothing.
    const auto running = open_running(existing);
    auto state = running ? read_status(*running) : Result<std::optional<spec::LifeState>>();
    if (state)
        existing.state = std::move(*state);
}

bool has_ended(const Existing& existing)
{
    return existing.exit.has_value();
}

spec::LifeState state_of(const Existing& existing)
{
    spec::LifeState state;
    if (existing.state)
        state = *existing.state;
    state.id = existing.id;
    if (existing.launch) {
        state.bundle = existing.launch->bundle;
        state.image = existing.launch->image;
    }
    const auto is = [&](spec::LifeStatus status, std::string reason) {
        state.status = status;
        state.reason = std::move(reason);
        state.pid = state.shim_pid = state.keeper_pid = 0;
    };
    if (!existing.broken.empty()) {
        is(spec::LifeStatus::Broken, existing.broken);
    } else if (existing.exit) {
        const bool failed = existing.exit->reason == spec::EndReason::Failed;
        is(failed ? spec::LifeStatus::Failed : spec::LifeStatus::Exited,
           failed ? existing.exit->message : std::string(spec::word(existing.exit->reason)));
        state.step = existing.exit->stage;
        state.code = existing.exit->code;
        state.started = existing.exit->started;
    } else if (!existing.guarded) {
        is(spec::LifeStatus::Broken, "its shim and its keeper were killed: shim recover");
    }
    return state;
}

Result<std::vector<std::string>> list_ids(const Places& places)
{
    const auto folder = sys::open_at(AT_FDCWD, places.records(), O_RDONLY | O_DIRECTORY);
    if (!folder && folder.error().code == ENOENT)  // there never was a container
        return {};
    if (!folder)
        return std::unexpected(folder.error());
    auto names = TRY(sys::names_in(*folder));
    std::erase_if(names, [](const std::string& name) { return !spec::check_id(name); });
    std::ranges::sort(names);
    return names;
}

}  // namespace shim
