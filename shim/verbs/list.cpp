// shim list: all containers on record, those that have ended, too.

#include "shim/existing.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

std::string as_table(const std::vector<spec::LifeState>& states)
{
    std::vector<std::vector<std::string>> cells = {{"ID", "STATUS", "PID", "STARTED", "OF"}};
    for (const auto& state : states)
        cells.push_back({state.id, std::string(spec::word(state.status)), std::to_string(state.pid),
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

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    std::vector<spec::LifeState> states;
    for (const auto& id : list_ids(places))
        if (const auto existing = find_existing(places, id))  // else it has just gone
            states.push_back(state_of(*existing));
    const std::string text = call.options.quiet  ? ids(states)
                             : call.options.json ? as_json(states)
                                                 : as_table(states);
    TRY(sys::print(text));
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
