// shim status: what becomes of a container now.

#include "shim/existing.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

std::string as_text(const spec::LifeState& state)
{
    std::string text = format("{}: {}", state.id, spec::word(state.status));
    if (!state.reason.empty())
        text += format(" ({})", state.reason);
    if (state.status == spec::LifeStatus::Launching)
        text += format(", step: {}", state.step);
    if (state.pid)
        text += format(", process {}", state.pid);
    if (!state.started.empty())
        text += format(", started {}", state.started);
    return text + "\n";
}

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    call.id = call.arguments[0];
    const auto existing = TRY(find_existing(places, call.id));
    const spec::LifeState state = state_of(existing);
    std::string text = as_text(state);
    if (call.options.json) {
        spec::JsonWriter json(spec::JsonWriter::Layout::Indented);
        write(json, state);
        text = json.text();
    }
    TRY(sys::print(text));
    return 0;
}

}  // namespace

constinit const Verb kStatus = {
    {.name = "status",
     .arguments = "ID",
     .summary = "tells what a container does now",
     .options = {}},
    run,
};

}  // namespace shim
