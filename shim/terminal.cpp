// The supervisor's part in a terminal: at its other side are our caller's descriptors, or, where
// nobody has us in the foreground, a file of the sandbox.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "shim/record.hpp"
#include "shim/supervise.hpp"

namespace shim {

using S = Supervisor;
using sys::TerminalProxy;

Result<> S::open_terminal()
{
    if (!container_.terminal)
        return {};
    sys::Fd master(::fcntl(container_.terminal.get(), F_DUPFD_CLOEXEC, 0));
    if (!master)
        return failed_sys("copy the terminal's master");
    if (!container_.launch.foreground) {
        output_ = TRY(open_output(container_, "stdout"));
        // As with a file of its own, what does not fit is lost, and the program goes on.
        auto made = TRY(TerminalProxy::make(std::move(master), -1, output_.get(),
                                            TerminalProxy::Refused::Discard));
        terminal_ = std::make_unique<TerminalProxy>(std::move(made));
        return {};
    }
    // Of a caller that has gone with the shim before us, /dev/null is what we have.
    const bool orphaned = container_.stop_at_once;
    auto made = TRY(TerminalProxy::make(std::move(master), orphaned ? -1 : STDIN_FILENO,
                                        STDOUT_FILENO, TerminalProxy::Refused::HangUp));
    terminal_ = std::make_unique<TerminalProxy>(std::move(made));
    if (orphaned)
        return {};
    // In the background of a shell we stop, as any program that wants its terminal.
    sigset_t job_control;
    ::sigemptyset(&job_control);
    ::sigaddset(&job_control, SIGTTIN);
    ::sigaddset(&job_control, SIGTTOU);
    ::sigprocmask(SIG_UNBLOCK, &job_control, nullptr);
    raw_mode_.emplace(STDIN_FILENO);
    return {};
}

Result<> S::watch_terminal()
{
    if (!terminal_)
        return {};
    for (const auto end : TerminalProxy::kEnds) {
        const pollfd wanted = terminal_->wanted(end);
        TRY(loop_.watch(Key::Terminal + static_cast<unsigned>(end), wanted.fd,
                        static_cast<std::uint32_t>(wanted.events)));
    }
    if (!terminal_->hung_up())
        return {};
    terminal_.reset();
    container_.terminal = {};
    (void)container_.other.send(static_cast<char>(Word::HungUp));
    return {};
}

Result<> S::deliver()
{
    if (terminal_)
        TRY(terminal_->deliver_rest(signals_, caller_));
    terminal_.reset();
    raw_mode_.reset();
    return {};
}

}  // namespace shim
