// shim wait: until containers have ended.

#include "shim/await.hpp"
#include "shim/exit.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

constexpr Status kTimedOut{124};  // as of timeout(1)

Result<int> run(Call& call)
{
    const Places places = TRY(places_of(call));
    const Deadline deadline = after(call.options.timeout);
    int code = 0;
    for (const auto& id : call.arguments) {
        call.id = id;
        const auto end = TRY(await_end(places, id, deadline));
        if (!end)
            return failed_with(kTimedOut, "it has not ended in that time");
        TRY(sys::print(write(end->record) + "\n"));
        if (!end->left.empty())
            call.notices.push_back(end->left);
        code = exit_code(end->record);
    }
    return code;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::timeout>("timeout", 0, "TIME", "at most so long: then it ends with 124"),
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
