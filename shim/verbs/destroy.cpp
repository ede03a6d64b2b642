// shim destroy: ends a container; its record, logs and sandbox stay.

#include "shim/stop.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    call.id = call.arguments[0];
    const auto end = TRY(destroy(places, call.id, call.options.timeout));
    if (call.options.json)
        TRY(sys::print(write(end.record) + "\n"));
    if (!end.left.empty())
        call.notices.push_back(end.left);
    return end.left.empty() ? 0 : static_cast<int>(Status::Failure);
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::timeout>("timeout", 0, "TIME",
                                    "then SIGKILL (what its launch said); 0: at once"),
};

}  // namespace

constinit const Verb kDestroy = {
    {.name = "destroy",
     .arguments = "ID",
     .summary = "ends a container, and returns once it has ended",
     .options = kOptions},
    run,
};

}  // namespace shim
