#include "shim/supervise.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
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

Result<> S::open(pid_t caller)
{
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return failed_sys("become a subreaper");
    container_.shim_pid = ::getpid();
    loop_ = TRY(sys::Loop::make());
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    signals_ = sys::Fd(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_)
        return failed_sys("make a signalfd");
    TRY(loop_.watch(Key::Signals, signals_.get(), EPOLLIN));

    folder_events_ = sys::Fd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    const std::string folder = format("/proc/self/fd/{}", container_.folder.get());
    if (!folder_events_ ||
        ::inotify_add_watch(folder_events_.get(), folder.c_str(), IN_MOVED_TO) < 0)
        return failed_sys("watch {}", container_.folder_path());
    TRY(loop_.watch(Key::Folder, folder_events_.get(), EPOLLIN));

    if (container_.other.fd())
        TRY(loop_.watch(Key::Keeper, container_.other.fd().get(), EPOLLIN));
    if (container_.client.fd())
        TRY(loop_.watch(Key::Client, container_.client.fd().get(), EPOLLIN));
    return caller ? watch_caller(caller) : Result<>();
}

// A caller that is gone before we look has left us to another parent.
Result<> S::watch_caller(pid_t caller)
{
    caller_ = sys::Fd(static_cast<int>(::syscall(SYS_pidfd_open, caller, 0)));
    if (!caller_ || ::getppid() != caller)
        return failed("the caller has gone");
    return loop_.watch(Key::Caller, caller_.get(), EPOLLIN);
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
    return close_terminal();
}

Result<> S::until(State wanted)
{
    show_status(container_, shown(state_));
    if (container_.end || container_.lost)
        TRY(happens({.what = What::Ended}));
    while (state_ < wanted) {
        TRY(watch_terminal());
        const auto ready = TRY(loop_.wait(wait_ms()));
        for (const auto& each : ready)
            TRY(take(each));
        if (ready.empty() && terminal_)
            terminal_->timed_out();
        if (due_ && Clock::now() >= *due_) {
            due_.reset();
            TRY(happens({.what = What::Due}));
        }
    }
    return {};
}

int S::wait_ms() const
{
    const int terminal = terminal_ ? terminal_->timeout_ms() : -1;
    if (!due_)
        return terminal;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due_ - Clock::now()).count();
    const auto most = terminal < 0 ? INT32_MAX : terminal;
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, most));
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
        show_status(container_, shown(state_));
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
        if (status && *status == spec::ContainerStatus::Running)
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

Result<> S::hire_another()
{
    constexpr int most = 100;
    constexpr auto haste = std::chrono::milliseconds(500);
    if (++keepers_lost_ > most)
        return failed("{} keepers were killed", keepers_lost_);
    if (Clock::now() - hired_ < haste)
        ::usleep(haste / std::chrono::microseconds(1));
    hired_ = Clock::now();
    container_.task = Word::Nothing;
    TRY(hire_keeper(container_));
    show_status(container_, shown(state_));
    return loop_.watch(Key::Keeper, container_.other.fd().get(), EPOLLIN);
}

// With the keeper went `runtime create`; the container's first process goes with that.
Result<State> S::make_again(const Event&)
{
    TRY(call_runtime(container_, "delete", {"--force"}));
    TRY(hire_another());
    TRY(give(Word::Create));
    return State::Making;
}

Result<State> S::start_again(const Event& event)
{
    const State now = TRY(go_on_alone(event));
    if (now == State::Starting)
        TRY(give(Word::Start));
    return now;
}

// Its children are ours now if it was our child; else they have gone to a stranger.
Result<State> S::go_on_alone(const Event& event)
{
    if (const auto raw = read_raw(container_.folder); raw && *raw && !container_.end)
        container_.end = **raw;
    container_.parent = container_.above_keeper && container_.parent == Parent::Keeper
                            ? Parent::Shim
                            : Parent::Nobody;
    TRY(hire_another());
    if (container_.end)
        return ended(event);
    TRY(meet_init());
    if (container_.parent == Parent::Shim) {
        const auto alive = TRY(sys::find_process(container_.state.init));
        // The keeper has reaped it, and could not write what it saw.
        container_.lost = !reap_init() && !alive;
    }
    return container_.end || container_.lost ? ended(event) : state_;
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
