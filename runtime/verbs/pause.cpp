// runtime pause, runtime resume: a container stands still, and goes on.

#include <span>

#include "runtime/existing.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

struct Standstill {
    const Options& options;
    const std::string& id;
    std::optional<Existing> container = {};
    std::optional<Groups> groups = {};
};

Result<> find_container(Standstill& change)
{
    change.container = TRY(find_to_change(change.options, change.id));
    change.groups = TRY(needed_groups_of(change.container->state));
    return {};
}

Result<> freeze(Standstill& change)
{
    return change.groups->freeze();
}

Result<> thaw(Standstill& change)
{
    return change.groups->thaw();
}

// Both may be said twice: then what one that was killed has left half done is finished.
constexpr sys::Step<Standstill> kPauseSteps[] = {
    {"find container", find_container},
    {"freeze", freeze},
};

constexpr sys::Step<Standstill> kResumeSteps[] = {
    {"find container", find_container},
    {"thaw", thaw},
};

Result<int> run(Call& call, std::span<const sys::Step<Standstill>> steps)
{
    call.id = call.arguments[0];
    Standstill change{.options = call.options, .id = call.id};
    TRY(sys::run_steps<Standstill>(steps, change));
    return 0;
}

Result<int> pause(Call& call)
{
    return run(call, kPauseSteps);
}

Result<int> resume(Call& call)
{
    return run(call, kResumeSteps);
}

}  // namespace

constinit const Verb kPause = {
    {.name = "pause",
     .arguments = "ID",
     .summary = "has all processes of a container stand still",
     .options = {}},
    pause,
};

constinit const Verb kResume = {
    {.name = "resume",
     .arguments = "ID",
     .summary = "has a container that was paused go on",
     .options = {}},
    resume,
};

}  // namespace runtime
