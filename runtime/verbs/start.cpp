// runtime start: has the program of a created container run.

#include "runtime/existing.hpp"
#include "runtime/start_socket.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

struct Start {
    const Options& options;
    const std::string& id;
    std::optional<Existing> container = {};
};

Result<> not_created(spec::ContainerStatus status)
{
    if (status == spec::ContainerStatus::Stopped)
        return failed("container not running: it has stopped, and a program is started once");
    return failed("container is {}, not created", spec::word(status));
}

Result<> find_container(Start& start)
{
    start.container = TRY(find_existing(start.options, start.id));
    const auto status = start.container->status;
    return status == spec::ContainerStatus::Created ? Result<>() : not_created(status);
}

Result<> start_program(Start& start)
{
    const bool started = TRY(start_at_socket(start.container->dir));
    if (started)
        return {};
    // Somebody was quicker: another `start`, or a `kill`.
    start.container = TRY(find_existing(start.options, start.id));
    return not_created(start.container->status);
}

constexpr sys::Step<Start> kSteps[] = {
    {"find container", find_container},
    {"start program", start_program},
};

Result<int> start(Call& call)
{
    call.id = call.arguments[0];
    Start start{.options = call.options, .id = call.id};
    TRY(sys::run_steps<Start>(kSteps, start));
    return 0;
}

}  // namespace

constinit const Verb kStart = {
    {.name = "start",
     .arguments = "ID",
     .summary = "has the program of a created container run",
     .options = {}},
    start,
};

}  // namespace runtime
