// shim remove: nothing is left of a container.

#include "shim/print.hpp"
#include "shim/record.hpp"
#include "shim/recover.hpp"
#include "shim/stop.hpp"
#include "spec/json_writer.hpp"

namespace shim {

namespace {

Result<> remove(const Call& call, const Places& places, const std::string& id)
{
    auto existing = TRY(find_existing(places, id));
    const bool broken = !existing.broken.empty();
    if (broken && !call.options.force)
        return failed("its record is broken: {} (-f removes it all the same)", existing.broken);
    if (!broken && !existing.exit && !call.options.force)
        return failed("it has not ended (-f ends it)");
    if (!broken) {
        TRY(destroy(places, id, spec::Duration{0}));
        existing = TRY(find_existing(places, id));
    }
    const bool ours = TRY(lock(existing.record));
    if (!ours)
        return failed("somebody else looks after it");
    Container container{.places = places};
    container.launch.id = id;
    return remove_record(container);
}

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    for (const auto& id : call.arguments) {
        call.id = id;
        TRY(remove(call, places, id));
        if (call.options.json) {
            spec::JsonWriter json;
            json.object().member("id", id).member("removed", true).end();
            TRY(print(json.text() + "\n"));
        }
    }
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::force>("force", 'f', "", "ends it first; removes broken records, too"),
};

}  // namespace

constinit const Verb kRemove = {
    {.name = "remove",
     .arguments = "ID...",
     .summary = "deletes the record, logs and sandbox of containers that have ended",
     .options = kOptions},
    run,
};

}  // namespace shim
