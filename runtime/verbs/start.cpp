// runtime start: has the program of a created container run.

#include <poll.h>
#include <signal.h>

#include "runtime/existing.hpp"
#include "runtime/hooks.hpp"
#include "runtime/listener.hpp"
#include "runtime/notify_socket.hpp"
#include "runtime/refused.hpp"
#include "runtime/start_socket.hpp"
#include "spec/config.hpp"
#include "sys/process.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

constexpr int kDeathMs = 10'000;

struct Start {
    const Options& options;
    const std::string& id;
    std::optional<Existing> container = {};
    spec::Config config = {};  // where it is needed
    sys::Fd supervisor = {};   // who gets the listener of its filter
    NotifySocket notify = {};
    bool started = false;
};

// A hook that fails is the end of a container that runs, too (runtime.md, "Lifecycle"); so is a
// supervisor who cannot be told of it.
void end_it(const sys::Fd& init)
{
    (void)sys::send_signal(init, SIGKILL);
    pollfd ended = {.fd = init.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&ended, 1, kDeathMs);
}

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

// What `create` read: whatever has become of the bundle since.
Result<> read_the_config(Start& start)
{
    const Existing& container = *start.container;
    if (!container.state.hooks_follow && !container.state.supervised)
        return {};
    const std::string text = TRY(container.dir.load_config());
    start.config = TRY(spec::read_config(text, "config.json", kRefused));
    return {};
}

// Before it is told: then a supervisor who is not there changes nothing.
Result<> connect_sockets(Start& start)
{
    start.supervisor = TRY(connect_to_supervisor(start.config.linux));
    return {};
}

Result<> open_notify_socket(Start& start)
{
    start.notify = TRY(NotifySocket::open(start.container->dir, start.options.notify_socket));
    return {};
}

Result<> start_program(Start& start)
{
    const Existing& container = *start.container;
    const auto init = TRY(start_at_socket(container.dir));
    if (init) {
        auto seen = see_it_start(
            *init, [&] { return init->receive(); },
            {.linux = start.config.linux,
             .state = container.state,
             .status = spec::ContainerStatus::Created,
             .pid = container.state.init.pid,
             .pidfd = *container.init},
            std::move(start.supervisor));
        start.started = true;
        return seen;
    }
    // Somebody was quicker: another `start`, or a `kill`.
    start.container = TRY(find_existing(start.options, start.id));
    return not_created(start.container->status);
}

Result<> run_poststart_hooks(Start& start)
{
    const Existing& container = *start.container;
    if (!container.state.hooks_follow)
        return {};
    return run_hooks(HookPoint::Poststart, start.config.hooks,
                     {.state = container.state, .folder = container.state.bundle});
}

Result<> wait_until_ready(Start& start)
{
    return start.notify.wait(start.container->state.init.pid, *start.container->init, {});
}

constexpr sys::Step<Start> kSteps[] = {
    {"find container", find_container},     {"read config", read_the_config},
    {"connect sockets", connect_sockets},   {"open notify socket", open_notify_socket},
    {"start program", start_program},       {"run poststart hooks", run_poststart_hooks},
    {"wait until ready", wait_until_ready},
};

Result<int> start(Call& call)
{
    call.id = call.arguments[0];
    Start start{.options = call.options, .id = call.id};
    const auto done = sys::run_steps<Start>(kSteps, start);
    if (done)
        return 0;
    if (start.started)
        end_it(*start.container->init);
    return std::unexpected(done.error());
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
