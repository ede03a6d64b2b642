// How the supervisor ends a container: asked for, as its caller ends, by signals.
#include <signal.h>

#include "shim/runtime_call.hpp"
#include "shim/supervise.hpp"

namespace shim {

using S = Supervisor;

Result<> S::stop_as_launched(std::string reason, int code)
{
    return happens({.what = What::Stop,
                    .signal = container_.launch.stop_signal,
                    .code = code,
                    .timeout_ms = container_.launch.stop_timeout_ms,
                    .reason = std::move(reason)});
}

Result<State> S::give_up(const Event& event)
{
    container_.stopped_by = event.reason;
    return failed_with(static_cast<Status>(event.code), "{}", event.reason);
}

// What is being started may run already: only when that is known, its end is known to be its own.
Result<State> S::stop_once_started(const Event& event)
{
    const auto due = Clock::now() + std::chrono::milliseconds(event.timeout_ms);
    if (stop_later_ && due >= *due_)
        return state_;
    stop_later_ = event;
    due_ = due;
    return state_;
}

Result<State> S::give_up_starting(const Event&)
{
    return give_up(*stop_later_);
}

Result<State> S::stop(const Event& event)
{
    const auto due = Clock::now() + std::chrono::milliseconds(event.timeout_ms);
    if (state_ == State::Stopping && due_ && due >= *due_)
        return state_;
    container_.stopped_by = event.reason;
    due_ = due;
    if (init_)
        (void)sys::send_signal(init_, event.signal);  // where it has just ended, we hear of that
    return State::Stopping;
}

// By the runtime, which thaws what is frozen and finds what stands outside a PID namespace.
Result<State> S::force(const Event&)
{
    if (call_runtime(container_, "kill", {}, {"KILL"}) || !init_)
        return State::Stopping;
    // One that it cannot tell of any more, or cannot be asked about, has a first process all the
    // same.
    if (const auto sent = sys::send_signal(init_, SIGKILL); !sent && sent.error().code != ESRCH)
        container_.notices.push_back(sent.error().message());
    return State::Stopping;
}

Result<State> S::pass_on(const Event& event)
{
    if (init_)
        (void)sys::send_signal(init_, event.signal);
    return state_;
}

}  // namespace shim
