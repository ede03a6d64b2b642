// Supervision: one thread, one loop, and a table of what happens in which state.
#pragma once

#include <signal.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "shim/container.hpp"
#include "shim/oom_watch.hpp"
#include "shim/worker.hpp"
#include "sys/loop.hpp"
#include "sys/terminal.hpp"
#include "sys/terminal_proxy.hpp"

namespace shim {

enum class State : std::uint8_t { Preparing, Making, Made, Starting, Running, Stopping, Ended };

class Supervisor {
public:
    explicit Supervisor(Container& container) : container_(container) {}

    // Signals are taken by the loop from here on. `caller`: the process that the container is to
    // end with, or 0.
    Result<> open(pid_t caller);

    void told_client();  // it has its answer: what becomes of it is nothing to us any more

    // What a worker ended with, as a shell tells it. One that goes on when we stop is killed.
    Result<int> work(const Worker& worker, const std::vector<std::string>& words, sys::Stdio stdio);

    Result<> create();     // until it is made; again where the keeper dies half-way
    Result<> start();      // until its program is executed
    Result<> supervise();  // until it has ended

    // What was written to its terminal and our caller has not read. Of that there may be no end, so
    // it comes when all else is done.
    Result<> deliver();

private:
    enum class What : std::uint8_t {
        Worked,
        Made,
        Started,
        Failed,
        Ended,
        KeeperGone,
        Stop,
        Signal,
        Due
    };
    struct Event {
        What what = What::Due;
        int signal = 0;                   // of Signal, and what Stop sends
        int code = 125;                   // of Stop: what a launch that ends so ends with
        std::uint64_t timeout_ms = 0;     // of Stop
        std::string reason = {};          // of Stop
        std::optional<Error> error = {};  // of Failed
    };
    using Action = Result<State> (Supervisor::*)(const Event&);
    struct Row {
        State state;
        What what;
        Action action;
    };
    static const Row kTable[];

    // The ends of the terminal come last, in the order of their proxy.
    enum Key : std::uint8_t { Keeper, Signals, Control, Client, Caller, Init, Oom, Terminal };

    Result<> until(State wanted);
    void show() const;
    Result<> happens(const Event& event);
    Result<> take(sys::Loop::Ready ready);
    Result<> take_message();
    Result<> take_signal();
    Result<> pass_on_kept();
    Result<> open_control();
    Result<> take_knock();
    Result<> take_stop_request();
    Result<> take_end_from_kernel();
    Result<> stop_as_launched(std::string reason, int code = 125);
    Result<> watch_caller(pid_t caller);
    bool reap_init();
    int wait_ms() const;
    Result<> may_begin();
    Result<> open_terminal();
    Result<> watch_terminal();
    Result<> give(Word task);
    Result<> meet_init();
    Result<> look_after_worker();
    void watch_oom();
    void look_at_oom();
    Result<> hire_another();

    Result<State> worked(const Event& event);
    Result<State> prepare_on(const Event& event);
    Result<State> made(const Event& event);
    Result<State> started(const Event& event);
    Result<State> failed_to(const Event& event);
    Result<State> ended(const Event& event);
    Result<State> ended_too_early(const Event& event);
    Result<State> make_again(const Event& event);
    Result<State> start_again(const Event& event);
    Result<State> go_on_alone(const Event& event);
    Result<State> give_up(const Event& event);
    Result<State> stop_once_started(const Event& event);
    Result<State> give_up_starting(const Event& event);
    Result<State> stop(const Event& event);
    Result<State> force(const Event& event);
    Result<State> pass_on(const Event& event);

    using Clock = std::chrono::steady_clock;

    Container& container_;
    State state_ = State::Making;
    sys::Loop loop_ = {};
    sys::Fd signals_ = {};
    sigset_t kept_ = {};    // that came before the program was known to run
    sys::Fd control_ = {};  // the socket that tells of a stop request
    sys::Fd caller_ = {};
    std::optional<sys::Process> worker_ = {};
    int worked_ = 0;     // what it ended with
    sys::Fd init_ = {};  // the first process of the container
    OomWatch oom_ = {};
    sys::Fd output_ = {};  // where what is written to the terminal goes, if not to our caller
    std::unique_ptr<sys::TerminalProxy> terminal_ = {};  // of those that have one: it is large
    std::optional<sys::RawMode> raw_mode_ = {};
    std::optional<Event> stop_later_ = {};  // that came while its program was being started
    std::optional<Clock::time_point> due_ = {};
    Clock::time_point hired_ = {};
    int keepers_lost_ = 0;
};

}  // namespace shim
