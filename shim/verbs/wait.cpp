// shim wait: until containers have ended.

#include "shim/await.hpp"
#include "shim/exit.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    const Deadline deadline = after(call.options.timeout);
    int code = 0;
    for (const auto& id : call.arguments) {
        call.id = id;
        const auto record = TRY(await_end(places, id, deadline));
        if (!record)
            return failed("it has not ended in that time");
        TRY(sys::print(write(*record) + "\n"));
        code = exit_code(*record);
    }
    return code;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::timeout>("timeout", 0, "TIME", "at most so long: then it fails"),
};

}  // namespace

constinit const Verb kWait = {
    {.name = "wait",
     .arguments = "ID...",
     .summary = "prints how containers ended, and ends as the last one did",
     .options = kOptions},
    run,
};

}  // namespace shim
