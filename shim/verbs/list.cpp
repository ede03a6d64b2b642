// shim list: all containers on record, those that have ended, too.

#include "shim/existing.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

std::string as_table(const std::vector<spec::LifeState>& states)
{
    std::vector<std::vector<std::string>> cells = {
        {"ID", "STATUS", "CODE", "PID", "STARTED", "OF"}};
    for (const auto& state : states)
        cells.push_back({state.id, std::string(spec::word(state.status)),
                         state.code ? std::to_string(*state.code) : "-",
                         state.pid ? std::to_string(state.pid) : "-",
                         state.started.empty() ? "-" : state.started,
                         spec::shown(state.image.empty() ? state.bundle : state.image, 4096)});
    return spec::table(cells);
}

std::string as_json(const std::vector<spec::LifeState>& states)
{
    spec::JsonWriter json;
    json.array();
    for (const auto& state : states)
        write(json, state);
    return json.end().text() + "\n";
}

std::string ids(const std::vector<spec::LifeState>& states)
{
    std::string text;
    for (const auto& state : states)
        text += state.id + "\n";
    return text;
}

std::string ids_as_json(const std::vector<spec::LifeState>& states)
{
    spec::JsonWriter json;
    json.array();
    for (const auto& state : states)
        json.value(state.id);
    return json.end().text() + "\n";
}

// Whatever stands in the place of a record is shown: nobody could make a container of that name.
std::optional<spec::LifeState> look(const Places& places, const std::string& id)
{
    const auto existing = find_existing(places, id);
    if (existing)
        return state_of(*existing);
    if (!existing.error().code)  // it has just gone
        return std::nullopt;
    return spec::LifeState{
        .id = id, .status = spec::LifeStatus::Broken, .reason = existing.error().message()};
}

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    std::vector<spec::LifeState> states;
    const auto all = TRY(list_ids(places));
    for (const auto& id : all)
        if (auto state = look(places, id))
            states.push_back(std::move(*state));
    const auto& [quiet, json] = std::pair(call.options.quiet, call.options.json);
    TRY(sys::print(quiet  ? (json ? ids_as_json(states) : ids(states))
                   : json ? as_json(states)
                          : as_table(states)));
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::quiet>("quiet", 'q', "", "ids only"),
};

}  // namespace

constinit const Verb kList = {
    {.name = "list",
     .arguments = "",
     .summary = "tells of all containers, ended ones too",
     .options = kOptions},
    run,
};

}  // namespace shim
