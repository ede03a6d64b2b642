// What the supervisor hears: every source of events, and what an event of it means.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shim/record.hpp"
#include "shim/stop_request.hpp"
#include "shim/supervise.hpp"
#include "shim/usage.hpp"
#include "sys/identity.hpp"
#include "sys/signals.hpp"
#include "sys/socket.hpp"
#include "sys/time.hpp"

namespace shim {

using S = Supervisor;

Result<> S::open(pid_t caller)
{
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return failed_sys("become a subreaper");
    container_.shim_pid = ::getpid();
    loop_ = TRY(sys::Loop::make());
    const sigset_t all = sys::block_signals();
    signals_ = sys::Fd(::signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_)
        return failed_sys("make a signalfd");
    TRY(loop_.watch(Key::Signals, signals_.get(), EPOLLIN));

    TRY(open_control());
    if (container_.other.fd())
        TRY(loop_.watch(Key::Keeper, container_.other.fd().get(), EPOLLIN));
    if (container_.client.fd())
        TRY(loop_.watch(Key::Client, container_.client.fd().get(), EPOLLIN));
    return caller ? watch_caller(caller) : Result<>();
}

// Not inotify: of its instances a user has 128. Where the folder was removed there is none.
Result<> S::open_control()
{
    (void)::unlinkat(container_.folder.get(), kControlSocket, 0);  // of the shim before us
    auto socket = sys::listen_in(container_.folder, kControlSocket);
    if (!socket)
        return socket.error().code == ENOENT ? Result<>() : std::unexpected(socket.error());
    control_ = std::move(*socket);
    return loop_.watch(Key::Control, control_.get(), EPOLLIN);
}

// A caller that is gone before we look has left us to another parent. Who leads a session of its
// own (setsid(1)) has no caller: its parent is about to go.
Result<> S::watch_caller(pid_t caller)
{
    if (::getsid(0) == ::getpid())
        return {};
    caller_ = sys::Fd(static_cast<int>(::syscall(SYS_pidfd_open, caller, 0)));
    if (!caller_ || ::getppid() != caller)
        return failed("the caller has gone");
    return loop_.watch(Key::Caller, caller_.get(), EPOLLIN);
}

Result<> S::take(sys::Loop::Ready ready)
{
    if (ready.key >= Key::Terminal) {
        if (terminal_)
            terminal_->ready(sys::TerminalProxy::kEnds[ready.key - Key::Terminal], ready.events);
        return {};
    }
    switch (static_cast<Key>(ready.key)) {
        case Key::Keeper:
            return take_message();
        case Key::Signals:
            return take_signal();
        case Key::Control:
            return take_knock();
        case Key::Client:
            (void)loop_.watch(Key::Client, container_.client.fd().get(), 0);
            return stop_as_launched("whoever asked for it has gone");
        case Key::Caller:
            (void)loop_.watch(Key::Caller, caller_.get(), 0);
            return stop_as_launched("its caller has ended");
        case Key::Init:
            (void)loop_.watch(Key::Init, init_.get(), 0);
            return take_end_from_kernel();
        case Key::Oom:
            oom_.notice();
            return {};
        case Key::Terminal:
            break;
    }
    return {};
}

Result<> S::take_message()
{
    auto message = container_.other.receive();
    if (!message) {
        container_.task = Word::Nothing;
        return happens({.what = What::Failed, .error = std::move(message.error())});
    }
    if (!*message) {
        (void)loop_.watch(Key::Keeper, container_.other.fd().get(), 0);
        container_.other = {};
        // Once it is reaped its children are ours, and its worker is killed with it.
        if (container_.above_keeper)
            sys::reap(container_.keeper_pid);
        return happens({.what = What::KeeperGone});
    }
    container_.task = Word::Nothing;
    switch (Word{(*message)->kind}) {
        case Word::Created:
            container_.terminal = std::move((*message)->fd);
            return happens({.what = What::Made});
        case Word::Started:
            return happens({.what = What::Started});
        case Word::Ended: {
            auto raw = read_raw(container_.folder);
            container_.end = raw && *raw ? std::move(**raw)
                                         : spec::RawEnd{.wait_status = (*message)->value,
                                                        .finished = sys::utc_now()};
            return happens({.what = What::Ended});
        }
        default:
            return failed("the keeper says '{}'", (*message)->kind);
    }
}

Result<> S::take_end_from_kernel()
{
    if (const auto status = sys::wait_status(container_.state.init, init_))
        container_.end = spec::RawEnd{.wait_status = *status, .finished = sys::utc_now()};
    container_.lost = !container_.end;
    return happens({.what = What::Ended});
}

Result<> S::look_after_worker()
{
    if (!worker_)
        return {};
    const auto status = TRY(worker_->ended());
    if (!status)
        return {};
    worked_ = *status;
    worker_.reset();
    return happens({.what = What::Worked});
}

// One that has no memory group of its own, or whose group tells nothing, is not watched.
void S::watch_oom()
{
    if (!init_ || oom_.fd() >= 0)
        return;
    const auto usage = read_oom_kills(container_.state.cgroups);
    if (auto watch = OomWatch::open(usage.memory_cgroup, container_.oom_kills_seen);
        watch && loop_.watch(Key::Oom, watch->fd(), watch->events()))
        oom_ = std::move(*watch);
}

void S::look_at_oom()
{
    if (!oom_.due() || Clock::now() < *oom_.due() || !oom_.look(container_.state.init.pid))
        return;
    container_.oom_kills_seen = oom_.seen();
    show();
}

// Children of ours: keepers, and all that was a keeper's when it died. Of its death the channel
// may tell later than a child that came from it.
bool S::reap_init()
{
    bool found = false;
    while (auto child = sys::next_ended_child()) {
        if (worker_ && child->pid == worker_->pid())
            break;  // since we looked after it: there is another signal
        if (child->pid == container_.state.init.pid && !container_.end) {
            container_.end = raw_end(*child);
            found = true;
        }
        sys::reap(child->pid);
    }
    return found;
}

Result<> S::take_signal()
{
    signalfd_siginfo info = {};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info)
        return errno == EAGAIN || errno == EINTR ? Result<>() : failed_sys("read a signal");
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) {
        TRY(look_after_worker());
        return reap_init() ? happens({.what = What::Ended}) : Result<>();
    }
    // What a write of our own has brought about (SIGPIPE, SIGXFSZ) is an error of that write.
    if (info.ssi_code == SI_USER && static_cast<pid_t>(info.ssi_pid) == ::getpid())
        return {};
    const bool foreground = container_.launch.foreground;
    if (signal == SIGWINCH && container_.terminal && foreground) {
        sys::fit_terminal(container_.terminal);
        return {};
    }
    if (state_ >= State::Running && foreground)
        return happens({.what = What::Signal, .signal = signal});
    // Before that, and where nobody has us in the foreground, those that end are meant for us. But
    // while it is being started its program may run already: what comes then is kept for it, and
    // only who says it twice ends the launch.
    const bool ends = signal == SIGINT || signal == SIGTERM || signal == SIGQUIT ||
                      (signal == SIGHUP && foreground);
    if (foreground && (!ends || (state_ == State::Starting && !::sigismember(&kept_, signal)))) {
        ::sigaddset(&kept_, signal);
        return {};
    }
    return ends ? stop_as_launched(format("signal {}", signal), 128 + signal) : Result<>();
}

Result<> S::pass_on_kept()
{
    for (int signal = 1; signal <= SIGRTMAX; ++signal)
        if (::sigismember(&kept_, signal) == 1)
            TRY(happens({.what = What::Signal, .signal = signal}));
    return {};
}

Result<> S::take_knock()
{
    while (const sys::Fd knock{::accept4(control_.get(), nullptr, nullptr, SOCK_CLOEXEC)}) {
    }
    return take_stop_request();
}

// One that cannot be read asks for nothing: it ends no container.
Result<> S::take_stop_request()
{
    const auto read = read_stop_request(container_.folder);
    if (!read || !*read)
        return {};
    const StopRequest& request = **read;
    return happens({.what = What::Stop,
                    .signal = request.signal,
                    .timeout_ms = request.timeout_ms,
                    .reason = "it was asked to stop"});
}

}  // namespace shim
