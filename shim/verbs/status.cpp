// shim status: what becomes of a container now.

#include "shim/existing.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

std::string as_text(const spec::LifeState& state)
{
    constexpr std::size_t most = 4096;
    std::string text = format("{}: {}", state.id, spec::word(state.status));
    if (!state.reason.empty())
        text += format(" ({})", spec::shown(state.reason, most));
    if (state.code)
        text += format(", code {}", *state.code);
    if (state.status == spec::LifeStatus::Launching && !state.step.empty())
        text += format(", step: {}", state.step);
    if (state.oom_kills)
        text += format(", OOM kills: {}", state.oom_kills);
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
