#include "runtime/existing.hpp"

#include <regex.h>

#include "runtime/start_socket.hpp"
#include "sys/identity.hpp"

namespace runtime {

using spec::ContainerStatus;

static Result<ContainerStatus> status_now(const Existing& existing)
{
    // Init is on record once it is made: before that, it is being made or was left half-made.
    if (!existing.init)
        return existing.state.init.pid ? ContainerStatus::Stopped : ContainerStatus::Creating;
    if (existing.state.status == ContainerStatus::Creating)
        return ContainerStatus::Creating;
    const bool waits = TRY(waits_for_start(existing.dir));
    return waits ? ContainerStatus::Created : ContainerStatus::Running;
}

Result<Existing> look_at(StateDir dir)
{
    Existing existing{.dir = std::move(dir)};
    auto state = existing.dir.load();
    if (!state && state.error().code != ENOENT)
        return std::unexpected(state.error());
    existing.recorded = state.has_value();
    existing.state = state ? std::move(*state) : spec::State{.id = existing.dir.id()};
    existing.init = TRY(sys::find_process(existing.state.init));
    existing.status = TRY(status_now(existing));
    return existing;
}

Result<Existing> find_existing(const Options& options, const std::string& id)
{
    TRY(check_id(id));
    auto dir = TRY(StateDir::find(options.root, id));
    if (!dir)
        return failed("container does not exist");
    return look_at(std::move(*dir));
}

Result<Groups> groups_of(const spec::State& state)
{
    const Layout layout = TRY(read_layout());
    return Groups::find(layout, state.cgroups);
}

Result<std::vector<std::string>> matching_ids(const Options& options, const std::string& regex)
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

}  // namespace runtime
