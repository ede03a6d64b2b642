#include "shim/supervise.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "shim/keeper.hpp"
#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "sys/identity.hpp"
#include "sys/time.hpp"

namespace shim {

using S = Supervisor;

static constexpr const char* kShimKilled = "its shim was killed";

// What has no row changes nothing.
const S::Row S::kTable[] = {
    {State::Preparing, What::Worked, &S::worked},
    {State::Preparing, What::KeeperGone, &S::prepare_on},
    {State::Preparing, What::Stop, &S::give_up},
    {State::Making, What::Made, &S::made},
    {State::Making, What::Failed, &S::failed_to},
    {State::Making, What::KeeperGone, &S::make_again},
    {State::Making, What::Stop, &S::give_up},
    {State::Made, What::Ended, &S::ended_too_early},
    {State::Made, What::KeeperGone, &S::go_on_alone},
    {State::Made, What::Stop, &S::give_up},
    {State::Starting, What::Started, &S::started},
    {State::Starting, What::Failed, &S::failed_to},
    {State::Starting, What::Ended, &S::ended},
    {State::Starting, What::KeeperGone, &S::start_again},
    {State::Starting, What::Stop, &S::stop_once_started},
    {State::Starting, What::Due, &S::give_up_starting},
    {State::Running, What::Ended, &S::ended},
    {State::Running, What::KeeperGone, &S::go_on_alone},
    {State::Running, What::Stop, &S::stop},
    {State::Running, What::Signal, &S::pass_on},
    {State::Stopping, What::Ended, &S::ended},
    {State::Stopping, What::KeeperGone, &S::go_on_alone},
    {State::Stopping, What::Stop, &S::stop},
    {State::Stopping, What::Signal, &S::pass_on},
    {State::Stopping, What::Due, &S::force},
};

static spec::LifeStatus shown(State state)
{
    switch (state) {
        case State::Running:
            return spec::LifeStatus::Running;
        case State::Stopping:
        case State::Ended:
            return spec::LifeStatus::Stopping;
        default:
            return spec::LifeStatus::Launching;
    }
}

// A container of `run` goes with its shim: what has not begun by then does not begin.
Result<> S::may_begin()
{
    if (!container_.stop_at_once || container_.task == Word::Start)
        return {};
    container_.stopped_by = kShimKilled;
    return failed_with(Status::CannotStart, "{}", kShimKilled);
}

Result<int> S::work(const Worker& worker, const std::vector<std::string>& words, sys::Stdio stdio)
{
    TRY(may_begin());
    worker_ = TRY(worker.begin(words, stdio));
    state_ = State::Preparing;
    const auto done = until(State::Making);
    worker_.reset();
    TRY(done);
    return worked_;
}

Result<> S::create()
{
    if (container_.phase == Phase::Nothing) {
        TRY(may_begin());
        TRY(give(Word::Create));
        return until(State::Made);
    }
    state_ = State::Made;
    return meet_init();
}

Result<> S::start()
{
    if (container_.phase == Phase::Started) {
        state_ = State::Running;
        return {};
    }
    state_ = State::Starting;
    TRY(may_begin());
    TRY(note_start(container_.record));
    TRY(give(Word::Start));
    return until(State::Running);
}

void S::told_client()
{
    if (!container_.client.fd())
        return;
    (void)loop_.watch(Key::Client, container_.client.fd().get(), 0);
    container_.client = {};
    container_.progress = {};
    (void)container_.other.send(static_cast<char>(Word::Told));
}

Result<> S::supervise()
{
    TRY(open_terminal());
    TRY(pass_on_kept());
    TRY(take_stop_request());
    if (container_.stop_at_once)
        TRY(stop_as_launched(kShimKilled));
    sys::give_memory_back();
    TRY(until(State::Ended));
    return container_.launch.foreground ? Result<>() : deliver();
}

void S::show() const
{
    show_status(container_, shown(state_));
}

Result<> S::until(State wanted)
{
    show();
    if (container_.end || container_.lost)
        TRY(happens({.what = What::Ended}));
    while (state_ < wanted) {
        TRY(watch_terminal());
        const auto ready = TRY(loop_.wait(wait_ms()));
        for (const auto& each : ready)
            TRY(take(each));
        if (ready.empty() && terminal_)
            terminal_->timed_out();
        look_at_oom();
        if (due_ && Clock::now() >= *due_) {
            due_.reset();
            TRY(happens({.what = What::Due}));
        }
    }
    return {};
}

int S::wait_ms() const
{
    int wait = terminal_ ? terminal_->timeout_ms() : -1;
    for (const auto& due : {due_, oom_.due()}) {
        if (!due)
            continue;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now()).count();
        const auto most = wait < 0 ? INT32_MAX : wait;
        wait = static_cast<int>(std::clamp<decltype(left)>(left, 0, most));
    }
    return wait;
}

Result<> S::happens(const Event& event)
{
    const auto* row = std::ranges::find_if(
        kTable, [&](const Row& each) { return each.state == state_ && each.what == event.what; });
    if (row == std::end(kTable))
        return {};
    const State before = state_;
    state_ = TRY((this->*row->action)(event));
    if (state_ != before)
        show();
    return {};
}

Result<> S::give(Word task)
{
    if (container_.task == task)  // of the shim before us
        return {};
    container_.task = task;
    (void)container_.other.send(static_cast<char>(task));  // where it is gone, we hear of that
    return {};
}

Result<State> S::worked(const Event&)
{
    return State::Making;
}

// It is our child, and goes on.
Result<State> S::prepare_on(const Event&)
{
    TRY(hire_another());
    return State::Preparing;
}

Result<State> S::made(const Event&)
{
    TRY(note_state(container_));
    TRY(meet_init());
    if (container_.terminal && container_.launch.foreground)
        sys::fit_terminal(container_.terminal);
    return State::Made;
}

// Gone already: then we hear how it ended from its parent.
Result<> S::meet_init()
{
    auto found = TRY(sys::find_process(container_.state.init));
    if (found)
        init_ = std::move(*found);
    watch_oom();
    if (container_.parent != Parent::Nobody)
        return {};
    if (init_)
        return loop_.watch(Key::Init, init_.get(), EPOLLIN);
    container_.lost = !container_.end;
    return {};
}

Result<State> S::started(const Event&)
{
    container_.phase = Phase::Started;
    container_.started = sys::utc_now();
    return stop_later_ ? stop(*std::exchange(stop_later_, {})) : State::Running;
}

Result<State> S::failed_to(const Event& event)
{
    // A keeper that died may have had its program started before it could say so.
    if (state_ == State::Starting && keepers_lost_ > 0) {
        const auto status = ask_runtime_status(container_);
        if (status &&
            (*status == spec::ContainerStatus::Running || *status == spec::ContainerStatus::Paused))
            return started(event);
        if (status && *status == spec::ContainerStatus::Stopped)
            return state_;
    }
    return std::unexpected(*event.error);
}

Result<State> S::ended(const Event&)
{
    if (container_.started.empty())
        container_.started = container_.end ? container_.end->finished : sys::utc_now();
    return State::Ended;
}

Result<State> S::ended_too_early(const Event&)
{
    return failed("the container ended before its program was started");
}

}  // namespace shim
