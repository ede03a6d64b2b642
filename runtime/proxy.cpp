#include "runtime/proxy.hpp"

#include <signal.h>
#include <sys/signalfd.h>

#include <optional>

#include "sys/terminal.hpp"
#include "sys/terminal_proxy.hpp"

namespace runtime {

namespace {

using End = sys::TerminalProxy::End;

// Only SIGTTIN and SIGTTOU keep their meaning for us: in the background of a shell we stop.
Result<sys::Fd> take_signals()
{
    sigset_t ours;
    ::sigfillset(&ours);
    for (const int signal : {SIGTTIN, SIGTTOU, SIGPIPE})
        ::sigdelset(&ours, signal);
    (void)::signal(SIGPIPE, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &ours, nullptr);
    sys::Fd signals(::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
    return signals ? Result<sys::Fd>(std::move(signals)) : failed_sys("make a signalfd");
}

struct Proxy {
    const sys::Process& process;
    const sys::Fd& signals;
    NotifySocket& notify;
    std::optional<sys::TerminalProxy> terminal = {};  // nothing: none, or hung up
};

Result<> pass_signal(const Proxy& proxy)
{
    signalfd_siginfo info = {};
    if (::read(proxy.signals.get(), &info, sizeof info) != sizeof info)
        return errno == EAGAIN || errno == EINTR ? Result<>() : failed_sys("read a signal");
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH && proxy.terminal)
        sys::fit_terminal(proxy.terminal->master());
    else if (signal != SIGCHLD)
        (void)sys::send_signal(proxy.process.pidfd(), signal);
    return {};
}

constexpr nfds_t kOthers = 3;  // that we wait for beside the ends of a terminal

Result<> pass_until_the_end(Proxy& proxy)
{
    for (;;) {
        pollfd waited[6] = {
            {.fd = proxy.process.pidfd().get(), .events = POLLIN, .revents = 0},
            {.fd = proxy.signals.get(), .events = POLLIN, .revents = 0},
            {.fd = proxy.notify.fd().get(), .events = POLLIN, .revents = 0},
        };
        nfds_t count = kOthers;
        if (proxy.terminal)
            for (const End end : sys::TerminalProxy::kEnds)
                waited[count++] = proxy.terminal->wanted(end);
        const int timeout = proxy.terminal ? proxy.terminal->timeout_ms() : -1;
        const int ready = ::poll(waited, count, timeout);
        if (ready < 0 && errno != EINTR)
            return failed_sys("wait for the terminal");
        if (ready == 0 && proxy.terminal)
            proxy.terminal->timed_out();
        if (ready <= 0)
            continue;
        if (waited[1].revents)
            TRY(pass_signal(proxy));
        if (waited[2].revents)  // what becomes of it is not the program's concern
            (void)proxy.notify.pass_on(::getpid(), sys::Then::Stay);
        for (nfds_t i = kOthers; i < count; ++i)
            if (waited[i].revents)
                proxy.terminal->ready(sys::TerminalProxy::kEnds[i - kOthers],
                                      static_cast<unsigned>(waited[i].revents));
        if (proxy.terminal && proxy.terminal->hung_up())
            proxy.terminal.reset();
        if (waited[0].revents)
            return {};
    }
}

// Waits for the process. All other signals are its own.
Result<int> wait_and_forward(sys::Process& process)
{
    sigset_t signals;
    ::sigfillset(&signals);
    for (;;) {
        siginfo_t info = {};
        const int signal = ::sigwaitinfo(&signals, &info);
        if (signal < 0 && errno != EINTR)
            return failed_sys("wait for signals");
        if (signal == SIGCHLD) {
            const auto code = TRY(process.ended());  // or it was stopped
            if (code)
                return *code;
        } else if (signal > 0) {
            (void)sys::send_signal(process.pidfd(), signal);
        }
    }
}

Result<> stand_between(const sys::Process& process, sys::Fd master, NotifySocket& notify)
{
    const sys::Fd signals = TRY(take_signals());
    Proxy proxy{.process = process, .signals = signals, .notify = notify};
    std::optional<sys::RawMode> raw;
    if (master) {
        proxy.terminal = TRY(sys::TerminalProxy::make(
            std::move(master), STDIN_FILENO, STDOUT_FILENO, sys::TerminalProxy::Refused::HangUp));
        raw.emplace(STDIN_FILENO);
    }
    TRY(pass_until_the_end(proxy));
    return proxy.terminal ? proxy.terminal->deliver_rest(signals) : Result<>();
}

}  // namespace

Result<int> wait_in_foreground(sys::Process& process, sys::Fd master, NotifySocket notify)
{
    if (!master && !notify)
        return wait_and_forward(process);
    TRY_TO(stand_between(process, std::move(master), notify),
           "stand between the caller and the program");
    return process.wait();
}

}  // namespace runtime
