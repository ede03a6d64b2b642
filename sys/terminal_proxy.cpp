#include "sys/terminal_proxy.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>

#include "sys/file.hpp"
#include "sys/terminal.hpp"

namespace sys {

namespace {

// More than the kernel holds back between a terminal and its master.
constexpr std::size_t kHeldMost = std::size_t{2} << 20;
// How long we wait until the end of the input is told again, in milliseconds.
constexpr int kEndFirst = 10;
constexpr int kEndMost = 1000;

enum class Moved : std::uint8_t { Some, Nothing, End };
Moved moved(ssize_t size)
{
    if (size > 0)
        return Moved::Some;
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? Moved::Nothing : Moved::End;
}

Moved fill(auto& chunk, int from)
{
    const ssize_t size = ::read(from, chunk.bytes, sizeof chunk.bytes);
    chunk.begin = 0;
    chunk.end = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    return moved(size);
}

Moved drain(auto& chunk, int to)
{
    const ssize_t size = ::write(to, chunk.bytes + chunk.begin, chunk.end - chunk.begin);
    chunk.begin += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
    return moved(size);
}

bool takes_ending_signal(const Fd& signals)
{
    signalfd_siginfo info = {};
    while (::read(signals.get(), &info, sizeof info) == sizeof info)
        for (const unsigned ending : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            if (info.ssi_signo == ending)
                return true;
    return false;
}

}  // namespace

Result<TerminalProxy> TerminalProxy::make(Fd master, int input, int output, Refused refused)
{
    TerminalProxy proxy;
    proxy.master_ = std::move(master);
    proxy.terminal_ = TRY(open_terminal(proxy.master_));
    if (::fcntl(proxy.master_.get(), F_SETFL, O_RDWR | O_NONBLOCK) < 0)
        return failed_sys("make the terminal's master not block");
    proxy.input_ = input;
    proxy.output_ = output;
    proxy.refused_ = refused;
    proxy.end_wait_ms_ = kEndFirst;
    // A write to a terminal blocks in the middle. Not our caller's own descriptor is made not to
    // block, for that is shared with the shell; where it cannot be opened again it has to do.
    if (::isatty(output))
        if (auto again = open_at(AT_FDCWD, format("/proc/self/fd/{}", output),
                                 O_WRONLY | O_NONBLOCK | O_NOCTTY))
            proxy.own_output_ = std::move(*again);
    return proxy;
}

pollfd TerminalProxy::wanted(End end) const
{
    pollfd none = {.fd = -1, .events = 0, .revents = 0};
    if (hung_up_)
        return none;
    const int of_master = (to_output_.empty() ? POLLIN : 0) | (to_master_.empty() ? 0 : POLLOUT);
    switch (end) {
        case End::Output:
            return to_output_.empty() ? none : pollfd{output(), POLLOUT, 0};
        case End::Master:
            return of_master ? pollfd{master_.get(), static_cast<short>(of_master), 0} : none;
        case End::Input:
            return to_master_.empty() && input_ >= 0 ? pollfd{input_, POLLIN, 0} : none;
    }
    return none;
}

void TerminalProxy::ready(End end, unsigned events)
{
    if (hung_up_)
        return;
    switch (end) {
        case End::Output:
            return drain_output();
        case End::Master:
            if (events & POLLIN)
                fill_output();
            if (events & POLLOUT && !to_master_.empty())
                (void)drain(to_master_, master_.get());
            return;
        case End::Input:
            return fill_input();
    }
}

void TerminalProxy::drain_output()
{
    if (to_output_.empty() || drain(to_output_, output()) != Moved::End)
        return;
    if (refused_ == Refused::HangUp)
        hung_up_ = true;
    else
        to_output_.begin = to_output_.end;
}

void TerminalProxy::fill_output()
{
    if (to_output_.empty() && fill(to_output_, master_.get()) == Moved::Some)
        end_wait_ms_ = kEndFirst;
}

void TerminalProxy::fill_input()
{
    if (!to_master_.empty() || input_ < 0 || fill(to_master_, input_) != Moved::End)
        return;
    input_ = -1;
    tells_end_ = true;
}

int TerminalProxy::timeout_ms() const
{
    return tells_end_ && !hung_up_ ? end_wait_ms_ : -1;
}

// Input that has ended has ended for every reader to come, so it is told whenever all was read: as
// the character that means it, for a terminal knows nothing better.
void TerminalProxy::timed_out()
{
    if (!tells_end_ || hung_up_)
        return;
    end_wait_ms_ = std::min(end_wait_ms_ * 2, kEndMost);
    pollfd unread = {.fd = terminal_.get(), .events = POLLIN, .revents = 0};
    termios modes = {};
    if (!to_master_.empty() || ::poll(&unread, 1, 0) != 0 ||
        ::tcgetattr(terminal_.get(), &modes) < 0 || modes.c_cc[VEOF] == _POSIX_VDISABLE)
        return;
    to_master_.bytes[0] = static_cast<char>(modes.c_cc[VEOF]);
    to_master_.begin = 0;
    to_master_.end = 1;
}

// A read that finds nothing has looked at all that was on its way.
Result<> TerminalProxy::deliver_rest(const Fd& signals, const Fd& caller)
{
    for (std::size_t held = 0; held < kHeldMost && !hung_up_;) {
        if (to_output_.empty()) {
            if (fill(to_output_, master_.get()) != Moved::Some)
                return {};
            held += sizeof to_output_.bytes;
        }
        pollfd waited[] = {
            {.fd = signals.get(), .events = POLLIN, .revents = 0},
            {.fd = output(), .events = POLLOUT, .revents = 0},
            {.fd = caller.get(), .events = POLLIN, .revents = 0},
        };
        if (::poll(waited, std::size(waited), -1) < 0 && errno != EINTR)
            return failed_sys("wait for the output");
        if (waited[1].revents)
            drain_output();
        // The program is gone, so what is to end it is meant for us.
        if ((waited[0].revents && takes_ending_signal(signals)) || waited[2].revents)
            return {};
    }
    return {};
}

}  // namespace sys
