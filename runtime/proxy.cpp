#include "runtime/proxy.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>

#include "sys/file.hpp"
#include "sys/terminal.hpp"

namespace runtime {

namespace {

// As much as a write to a pipe takes without blocking once poll(2) says that it can be written to.
constexpr std::size_t kChunk = 4096;
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

// What is on its way in one direction.
class Chunk {
public:
    bool empty() const { return begin_ == end_; }

    Moved fill(int from)
    {
        const ssize_t size = ::read(from, bytes_, sizeof bytes_);
        begin_ = 0;
        end_ = static_cast<std::size_t>(std::max<ssize_t>(size, 0));
        return moved(size);
    }
    Moved drain(int to)
    {
        const ssize_t size = ::write(to, bytes_ + begin_, end_ - begin_);
        begin_ += static_cast<std::size_t>(std::max<ssize_t>(size, 0));
        return moved(size);
    }
    void put(char byte)
    {
        bytes_[0] = byte;
        begin_ = 0;
        end_ = 1;
    }

private:
    char bytes_[kChunk];
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

class Proxy {
public:
    Proxy(const sys::Process& init, sys::Fd master) : init_(init), master_(std::move(master)) {}

    Result<> open();
    Result<> pass_until_the_end();
    Result<> deliver_rest();

private:
    bool hung_up() const { return !master_; }
    void hang_up();
    int output() const { return own_output_ ? own_output_.get() : STDOUT_FILENO; }
    void pass(const pollfd& in, const pollfd& out, const pollfd& master);
    void tell_end_of_input();
    Result<int> take_signal();

    const sys::Process& init_;
    sys::Fd master_;
    sys::Fd terminal_ = {};  // while it is open the master has no end, whoever closes it inside
    sys::Fd signals_ = {};
    sys::Fd own_output_ = {};
    Chunk input_ = {};
    Chunk output_chunk_ = {};
    bool input_ended_ = false;
    int end_wait_ = kEndFirst;
};

Result<> Proxy::open()
{
    terminal_ = TRY(sys::open_terminal(master_));
    if (::fcntl(master_.get(), F_SETFL, O_RDWR | O_NONBLOCK) < 0)
        return failed_sys("make the terminal's master not block");
    // A write to a terminal blocks in the middle. Not our caller's own descriptor is made not to
    // block, for that is shared with the shell; where it cannot be opened again it has to do.
    if (::isatty(STDOUT_FILENO))
        if (auto again =
                sys::open_at(AT_FDCWD, "/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY))
            own_output_ = std::move(*again);

    sigset_t ours;
    ::sigfillset(&ours);
    for (const int signal : {SIGTTIN, SIGTTOU, SIGPIPE})
        ::sigdelset(&ours, signal);
    (void)::signal(SIGPIPE, SIG_IGN);
    ::sigprocmask(SIG_SETMASK, &ours, nullptr);
    signals_ = sys::Fd(::signalfd(-1, &ours, SFD_CLOEXEC | SFD_NONBLOCK));
    return signals_ ? Result<>() : failed_sys("make a signalfd");
}

void Proxy::hang_up()
{
    master_ = {};
    terminal_ = {};
}

// The signal that was there and was passed on, or 0.
Result<int> Proxy::take_signal()
{
    signalfd_siginfo info = {};
    if (::read(signals_.get(), &info, sizeof info) != sizeof info)
        return errno == EAGAIN || errno == EINTR ? Result<int>(0) : failed_sys("read a signal");
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGWINCH && !hung_up())
        fit_terminal(master_);
    else if (signal != SIGCHLD)
        (void)sys::send_signal(init_.pidfd(), signal);
    return signal;
}

// Input that has ended has ended for every reader to come, so it is told whenever all was read: as
// the character that means it, for a terminal knows nothing better.
void Proxy::tell_end_of_input()
{
    end_wait_ = std::min(end_wait_ * 2, kEndMost);
    pollfd unread = {.fd = terminal_.get(), .events = POLLIN, .revents = 0};
    termios modes = {};
    if (!input_.empty() || ::poll(&unread, 1, 0) != 0 || ::tcgetattr(terminal_.get(), &modes) < 0)
        return;
    if (modes.c_cc[VEOF] != _POSIX_VDISABLE)
        input_.put(static_cast<char>(modes.c_cc[VEOF]));
}

void Proxy::pass(const pollfd& in, const pollfd& out, const pollfd& master)
{
    if (out.revents && output_chunk_.drain(out.fd) == Moved::End)
        return hang_up();
    if (master.revents & POLLIN && output_chunk_.empty() &&
        output_chunk_.fill(master.fd) == Moved::Some)
        end_wait_ = kEndFirst;
    if (master.revents & POLLOUT && !input_.empty())
        (void)input_.drain(master.fd);
    if (in.revents && input_.fill(in.fd) == Moved::End)
        input_ended_ = true;
}

Result<> Proxy::pass_until_the_end()
{
    for (;;) {
        const bool reads = !hung_up() && !input_ended_ && input_.empty();
        const bool writes = !hung_up() && !output_chunk_.empty();
        const int wanted = (output_chunk_.empty() ? POLLIN : 0) | (input_.empty() ? 0 : POLLOUT);
        pollfd waited[] = {
            {.fd = init_.pidfd().get(), .events = POLLIN, .revents = 0},
            {.fd = signals_.get(), .events = POLLIN, .revents = 0},
            {.fd = reads ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0},
            {.fd = writes ? output() : -1, .events = POLLOUT, .revents = 0},
            {.fd = master_.get(), .events = static_cast<short>(wanted), .revents = 0},
        };
        const auto& [init, signals, in, out, master] = waited;
        const int ready =
            ::poll(waited, std::size(waited), input_ended_ && !hung_up() ? end_wait_ : -1);
        if (ready < 0 && errno != EINTR)
            return failed_sys("wait for the terminal");
        if (ready == 0)
            tell_end_of_input();
        if (ready <= 0)
            continue;
        if (signals.revents)
            TRY(take_signal());
        pass(in, out, master);
        if (init.revents)
            return {};
    }
}

// A read that finds nothing has looked at all that was on its way.
Result<> Proxy::deliver_rest()
{
    for (std::size_t held = 0; held < kHeldMost && !hung_up();) {
        if (output_chunk_.empty()) {
            if (output_chunk_.fill(master_.get()) != Moved::Some)
                return {};
            held += kChunk;
        }
        pollfd waited[] = {
            {.fd = signals_.get(), .events = POLLIN, .revents = 0},
            {.fd = output(), .events = POLLOUT, .revents = 0},
        };
        if (::poll(waited, std::size(waited), -1) < 0)
            return failed_sys("wait for standard output");
        if (waited[1].revents && output_chunk_.drain(output()) == Moved::End)
            return {};
        // Init is gone, so what is to end it is meant for us.
        const int signal = TRY(take_signal());
        for (const int ending : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
            if (signal == ending)
                return {};
    }
    return {};
}

}  // namespace

void fit_terminal(const sys::Fd& master)
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (const auto size = sys::size_of(fd); size && size->rows && size->columns)
            return (void)sys::set_size(master, *size);
}

Result<> proxy_terminal(const sys::Process& init, sys::Fd master)
{
    Proxy proxy(init, std::move(master));
    TRY(proxy.open());
    const sys::RawMode raw(STDIN_FILENO);
    TRY(proxy.pass_until_the_end());
    return proxy.deliver_rest();
}

}  // namespace runtime
