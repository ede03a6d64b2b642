#include "runtime/existing.hpp"

#include <regex.h>
#include <sys/stat.h>

#include "runtime/start_socket.hpp"
#include "spec/id.hpp"
#include "sys/identity.hpp"
#include "sys/time.hpp"

namespace runtime {

using spec::ContainerStatus;

// What this host has no groups of any more (another layout since) stands still nowhere.
static bool is_paused(const spec::State& state)
{
    const auto groups = groups_of(state);
    const auto frozen = groups ? groups->frozen() : Result<bool>(false);
    return frozen && *frozen;
}

static Result<ContainerStatus> status_now(const Existing& existing)
{
    // Init is on record once it is made: before that, it is being made or was left half-made.
    if (!existing.init)
        return existing.state.init.pid ? ContainerStatus::Stopped : ContainerStatus::Creating;
    if (existing.state.status == ContainerStatus::Creating)
        return ContainerStatus::Creating;
    if (is_paused(existing.state))
        return ContainerStatus::Paused;
    const bool waits = TRY(waits_for_start(existing.dir));
    return waits ? ContainerStatus::Created : ContainerStatus::Running;
}

// What can be told of it all the same, for engines expect a time.
static spec::State unrecorded(const StateDir& dir)
{
    struct stat folder = {};
    (void)::fstat(dir.fd().get(), &folder);
    return {.id = dir.id(), .created = sys::utc(folder.st_mtim)};
}

Result<Existing> look_at(StateDir dir)
{
    Existing existing{.dir = std::move(dir)};
    auto state = existing.dir.load();
    if (!state && state.error().code != ENOENT)
        return std::unexpected(state.error());
    existing.recorded = state.has_value();
    existing.state = state ? std::move(*state) : unrecorded(existing.dir);
    existing.init = TRY(sys::find_process(existing.state.init));
    existing.status = TRY(status_now(existing));
    return existing;
}

Result<Existing> find_existing(const Options& options, const std::string& id)
{
    TRY(spec::check_id(id));
    auto dir = TRY(StateDir::find(options.root, id, options.owner));
    if (!dir)
        return failed("container does not exist");
    return look_at(std::move(*dir));
}

std::unexpected<Error> not_running(ContainerStatus status)
{
    return failed("container not running: it is {}", spec::word(status));
}

static Result<> check_lives(const Existing& container)
{
    const auto status = container.status;
    if (status == ContainerStatus::Creating || status == ContainerStatus::Stopped)
        return not_running(status);
    return {};
}

Result<Existing> find_to_change(const Options& options, const std::string& id)
{
    Existing container = TRY(find_existing(options, id));
    for (sys::Patience patience;;) {
        TRY(check_lives(container));
        const bool locked = TRY(container.dir.try_lock());
        if (locked && container.dir.is_removed())
            return failed("container does not exist");
        // What it is now: whoever had the lock may have changed it.
        container = TRY(look_at(std::move(container.dir)));
        if (locked) {
            TRY(check_lives(container));
            return container;
        }
        if (!patience.wait())
            return failed("somebody has been changing or removing it for ten seconds");
    }
}

Result<Groups> groups_of(const spec::State& state)
{
    const Layout layout = TRY(read_layout());
    return Groups::find(layout, state.cgroups);
}

Result<Groups> needed_groups_of(const spec::State& state)
{
    if (!state.without_cgroups)
        return groups_of(state);
    auto error = failed("the container has no control groups");
    error.error().hint = "it was made with --cgroup-manager disabled";
    return error;
}

static Result<std::vector<std::string>> matching_ids(const Options& options,
                                                     const std::string& regex)
{
    regex_t compiled;
    if (const int code = ::regcomp(&compiled, regex.c_str(), REG_EXTENDED | REG_NOSUB)) {
        char why[200];
        ::regerror(code, &compiled, why, sizeof why);
        return failed_with(Status::Usage, "--regex: \"{}\": {}", regex, why);
    }
    auto ids = list_ids(options.root);
    if (ids)
        std::erase_if(*ids, [&](const std::string& id) {
            return ::regexec(&compiled, id.c_str(), 0, nullptr, 0) != 0;
        });
    ::regfree(&compiled);
    return ids;
}

Result<int> for_each_named(Call& call, const std::function<Result<>(const std::string& id)>& action)
{
    if (!call.options.regex) {
        call.id = call.arguments[0];
        TRY(action(call.id));
        return 0;
    }
    const auto ids = TRY(matching_ids(call.options, call.arguments[0]));
    Status status = {};
    for (const auto& id : ids)
        if (const auto done = action(id); !done) {
            call.notices.push_back({LogLevel::Error, format("{}: {}", id, done.error().message())});
            status = Status::Failure;
        }
    return static_cast<int>(status);
}

}  // namespace runtime
