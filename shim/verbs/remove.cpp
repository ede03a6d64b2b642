// shim remove: nothing is left of a container.

#include "shim/launch.hpp"
#include "shim/prepare.hpp"
#include "shim/record.hpp"
#include "shim/recover.hpp"
#include "shim/stop.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"

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
    if (!broken || existing.guarded) {
        const auto ended = destroy(places, id, spec::Duration{0});
        if (is_removed(existing.record))  // with --rm it goes as it ends
            return {};
        const auto guarded = TRY(is_guarded(existing.record));
        if (!broken || guarded)
            TRY(ended);
    }
    const bool ours = TRY(lock(existing.record));
    if (!ours)
        return failed("somebody else looks after it");
    Container container = TRY(container_of(existing));
    container.record = std::move(existing.record);
    // Else its end is on record, and that comes first; what could not be cleared away then is
    // tried again.
    if (broken || container.folder)
        TRY(clear_away(container));
    else
        TRY(remove_bundle(container));
    return remove_record(container);
}

Result<> remove_and_tell(const Call& call, const Places& places, const std::string& id)
{
    TRY(remove(call, places, id));
    if (!call.options.json)
        return {};
    spec::JsonWriter json;
    json.object().member("id", id).member("removed", true).end();
    return sys::print(json.text() + "\n");
}

// One that cannot be removed never keeps the others from it.
Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    if (call.arguments.size() == 1) {
        call.id = call.arguments[0];
        TRY(remove_and_tell(call, places, call.id));
        return 0;
    }
    for (const auto& id : call.arguments)
        if (const auto done = remove_and_tell(call, places, id); !done)
            call.notices.push_back(format("{}: {}", id, done.error().message()));
    return call.notices.empty() ? 0 : static_cast<int>(Status::Failure);
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
