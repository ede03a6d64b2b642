// shim recover: what was left without shim and keeper, or by a reboot, is put in order.

#include "shim/recover.hpp"

#include "spec/json_writer.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

struct Row {
    std::string id = {};
    Recovery recovery = {};
};

std::string as_json(const std::vector<Row>& rows)
{
    spec::JsonWriter json;
    json.array();
    for (const auto& [id, recovery] : rows) {
        json.object().member("id", id).member("recovered", spec::word(recovery.what));
        if (!recovery.reason.empty())
            json.member("reason", recovery.reason);
        json.end();
    }
    return json.end().text() + "\n";
}

std::string as_text(const std::vector<Row>& rows)
{
    std::string text;
    for (const auto& [id, recovery] : rows)
        if (recovery.what != Recovered::Nothing)
            text += format("{}: {}{}{}\n", id, spec::word(recovery.what),
                           recovery.reason.empty() ? "" : ": ", recovery.reason);
    return text;
}

// One that cannot be recovered never keeps the others from it.
Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    std::vector<Row> rows;
    std::vector<std::string> ids = call.arguments;
    if (ids.empty())
        ids = TRY(list_ids(places));
    for (const auto& id : ids) {
        auto existing = find_existing(places, id);
        auto done = existing ? recover(std::move(*existing))
                             : Result<Recovery>(std::unexpected(existing.error()));
        if (done)
            rows.push_back({id, std::move(*done)});
        else
            call.notices.push_back(format("{}: {}", id, done.error().message()));
    }
    if (call.arguments.empty())
        TRY(sweep(places));
    TRY(sys::print(call.options.json ? as_json(rows) : as_text(rows)));
    return call.notices.empty() ? 0 : static_cast<int>(Status::Failure);
}

}  // namespace

constinit const Verb kRecover = {
    {.name = "recover",
     .arguments = "[ID...]",
     .summary = "puts in order what lost its shim and keeper, or the machine",
     .options = {}},
    run,
};

}  // namespace shim
