// runtime list: all containers under --root.

#include "runtime/existing.hpp"
#include "runtime/log.hpp"
#include "runtime/passwd.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace runtime {

namespace {

struct Row {
    spec::State state = {};
    spec::ContainerStatus status = spec::ContainerStatus::Stopped;
    std::string owner = {};
};

// One that cannot be read, or goes while we look, does not keep the others from being told.
std::vector<Row> read_rows(Call& call, const std::vector<std::string>& ids)
{
    std::vector<Row> rows;
    for (const auto& id : ids) {
        auto dir = StateDir::find(call.options.root, id, call.options.owner);
        if (dir && !*dir)
            continue;
        auto container =
            dir ? look_at(std::move(**dir)) : Result<Existing>(std::unexpected(dir.error()));
        if (!container) {
            call.notices.push_back(
                {LogLevel::Error, format("{}: {}", id, container.error().message())});
            continue;
        }
        const auto owner = passwd_entry(container->state.owner);
        rows.push_back({.state = std::move(container->state),
                        .status = container->status,
                        .owner = owner ? owner->name : format("#{}", container->state.owner)});
    }
    return rows;
}

std::string table(const std::vector<Row>& rows)
{
    std::vector<std::vector<std::string>> cells = {
        {"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
    for (const auto& [state, status, owner] : rows)
        cells.push_back(
            {state.id,
             std::to_string(status == spec::ContainerStatus::Stopped ? 0 : state.init.pid),
             std::string(spec::word(status)), spec::shown(state.bundle, state.bundle.size()),
             state.created, owner});
    return spec::table(cells);
}

std::string json(const std::vector<Row>& rows)
{
    spec::JsonWriter json;
    json.array();
    for (const auto& [state, status, owner] : rows)
        spec::write_state(json, state, status, owner);
    return json.end().text() + "\n";
}

Result<int> list(Call& call)
{
    const auto ids = TRY(list_ids(call.options.root));
    if (call.options.quiet) {
        std::string text;
        for (const auto& id : ids)
            text += id + "\n";
        TRY(sys::print(text));
        return 0;
    }
    const auto rows = read_rows(call, ids);
    TRY(sys::print(call.options.format == ListFormat::Json ? json(rows) : table(rows)));
    return call.notices.empty() ? 0 : static_cast<int>(Status::Failure);
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::format>("format", 'f', "FORMAT", "table (the default) or json"),
    spec::option<&Options::quiet>("quiet", 'q', "", "ids only"),
};

}  // namespace

constinit const Verb kList = {
    {.name = "list", .arguments = "", .summary = "tells of all containers", .options = kOptions},
    list,
};

}  // namespace runtime
