// shim kill: a signal for the first process of a container.

#include "shim/recover.hpp"
#include "shim/runtime_call.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace shim {

namespace {

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    call.id = call.arguments[0];
    auto signal = sys::read_signal(call.arguments.size() > 1 ? call.arguments[1] : "TERM");
    if (!signal) {
        signal.error().status = Status::Usage;
        return signal;
    }
    const auto existing = TRY(find_recovered(places, call.id));
    const auto now = state_of(existing);
    // Of a damaged status `runtime` knows more.
    const bool unknown = existing.guarded && (!existing.state || !existing.broken.empty());
    if (now.status != spec::LifeStatus::Running && now.status != spec::LifeStatus::Stopping &&
        !unknown)
        return failed("container not running: it is {}", spec::word(now.status));
    const Container container = TRY(container_of(existing));
    if (!container.folder)
        return failed("container not running: it has just stopped");
    TRY(call_runtime(container, "kill", {}, {std::to_string(*signal)}));
    if (call.options.json) {
        spec::JsonWriter json;
        json.object().member("id", call.id).member("signal", *signal).end();
        TRY(sys::print(json.text() + "\n"));
    }
    return 0;
}

}  // namespace

constinit const Verb kKill = {
    {.name = "kill",
     .arguments = "ID [SIGNAL]",
     .summary = "sends a signal (TERM) to a container",
     .options = {}},
    run,
};

}  // namespace shim
