// runtime state: one container as JSON.

#include "runtime/existing.hpp"
#include "runtime/log.hpp"
#include "runtime/passwd.hpp"
#include "sys/file.hpp"

namespace runtime {

static Result<int> state(Call& call)
{
    call.id = call.arguments[0];
    const Existing container = TRY(find_existing(call.options, call.id));
    const auto owner = passwd_entry(container.state.owner);
    spec::JsonWriter json(spec::JsonWriter::Layout::Indented);
    spec::write_state(json, container.state, container.status, owner ? owner->name : "");
    TRY(sys::print(json.text()));
    return 0;
}

constinit const Verb kState = {
    {.name = "state",
     .arguments = "ID",
     .summary = "tells what a container is, as JSON",
     .options = {}},
    state,
};

}  // namespace runtime
