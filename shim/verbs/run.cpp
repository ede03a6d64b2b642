// shim run: a container in the foreground.

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "shim/begin.hpp"
#include "shim/launch.hpp"

namespace shim {

namespace {

Result<int> run(Call& call)
{
    if (call.options.json)
        return failed_with(Status::Usage, "--json: all that is printed is the container's own");
    for (const unsigned number : {0U, 1U, 2U})
        TRY(check_open(call, number));
    const pid_t caller = ::getppid();
    Container container = TRY(begin(call));
    container.launch.foreground = true;
    auto code = launch(container, caller);
    std::ranges::move(container.notices, std::back_inserter(call.notices));
    return code;
}

constexpr spec::Option kRunOptions[] = {
    spec::option<&Options::interactive>("interactive", 'i', "", "our standard input is its own"),
};
constexpr auto kOptions = spec::joined(kRunOptions, kBeginOptions, kImageOptions);

}  // namespace

constinit const Verb kRun = {
    {.name = "run",
     .arguments = "IMAGE|BUNDLE/ [WORD...]",
     .summary = "runs a container until it ends, and ends as it does",
     .options = kOptions,
     .order = spec::Order::First,
     .details =
         "BUNDLE/ is a folder with config.json: a path that begins with /, ./ or ../ or ends with "
         "/;\n"
         "all else is an image.\n"
         "The container ends with our caller; who leads a session (setsid) has none. Signals that\n"
         "come are passed on; as process 1 a program is spared those that it does not handle,\n"
         "TERM too. Ends with the container's code: shim --help"},
    run,
    Status::CannotStart,
};

}  // namespace shim
