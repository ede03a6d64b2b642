// runtime wait: until containers have ended, whoever's children they are.

#include "runtime/exit.hpp"
#include "sys/file.hpp"

namespace runtime {

namespace {

constexpr int kTimedOut = 124;  // as of timeout(1)

Result<int> wait(Call& call)
{
    Deadline deadline;
    if (const auto& timeout = call.options.timeout)
        deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout->ms);
    int code = 0;
    for (const auto& id : call.arguments) {
        call.id = id;
        const Existing container = TRY(find_existing(call.options, id));
        const auto record = TRY(await_exit(container, deadline));
        if (!record) {
            call.notices.push_back({LogLevel::Error, "it has not ended in that time"});
            return kTimedOut;
        }
        TRY(sys::print(spec::write(*record) + "\n"));
        code = record->code.value_or(static_cast<int>(Status::CannotStart));
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
     .options = kOptions,
     .details =
         "Anybody may wait, and as many as like. Where its parent reaped it before anybody waited\n"
         "nobody knows the code (`known` is false, and the exit status 125), and before Linux "
         "6.15\n"
         "also where the parent was faster."},
    wait,
};

}  // namespace runtime
