#include "runtime/making.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "sys/file.hpp"

namespace runtime {

MadeFile::~MadeFile()
{
    if (!path_.empty())
        ::unlink(path_.c_str());
}

Result<> MadeFile::make(const std::string& path, std::string_view text)
{
    if (path.empty())
        return {};
    TRY(sys::replace_file(AT_FDCWD, path, text, 0666));
    path_ = path;
    return {};
}

Result<> expect(const sys::Channel& parent, Word word)
{
    const auto message = TRY(parent.receive());
    if (!message)
        ::_exit(1);
    if (message->kind != static_cast<char>(word))
        return failed("a message '{}' where '{}' was expected", message->kind,
                      static_cast<char>(word));
    return {};
}

static Result<> start_timer(std::uint64_t ms)
{
    const itimerval timer = {.it_interval = {},
                             .it_value = {.tv_sec = static_cast<time_t>(ms / 1000),
                                          .tv_usec = static_cast<suseconds_t>(ms % 1000 * 1000)}};
    return ::setitimer(ITIMER_REAL, &timer, nullptr) == 0 ? Result<>() : failed_sys("set a timer");
}

void lift_time_limit()
{
    (void)start_timer(0);
    sigset_t alarm;
    ::sigemptyset(&alarm);
    ::sigaddset(&alarm, SIGALRM);
    const timespec now = {};
    (void)::sigtimedwait(&alarm, nullptr, &now);
}

Result<sys::Fd> take_interrupts(std::optional<spec::Duration> time_limit)
{
    (void)::signal(SIGCHLD, SIG_DFL);  // a caller that ignores it leaves us nothing to wait for
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        ::sigaddset(&ending, signal);
    if (time_limit) {
        ::sigaddset(&ending, SIGALRM);
        TRY(start_timer(std::max<std::uint64_t>(time_limit->ms, 1)));
    }
    sys::Fd interrupts(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
    return interrupts ? Result<sys::Fd>(std::move(interrupts)) : failed_sys("make a signalfd");
}

std::unexpected<Error> interrupted(const sys::Fd& interrupts)
{
    signalfd_siginfo info = {};
    if (::read(interrupts.get(), &info, sizeof info) != sizeof info)
        return failed_sys("read a signal");
    const int signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGALRM)
        return failed("the time of --timeout is over");
    return failed_with(static_cast<Status>(128 + signal), "stopped by SIG{}",
                       ::sigabbrev_np(signal));
}

Result<std::optional<sys::Channel::Message>> hear_from(const sys::Channel& channel,
                                                       const sys::Fd& interrupts)
{
    pollfd waited[] = {
        {.fd = channel.fd().get(), .events = POLLIN, .revents = 0},
        {.fd = interrupts.get(), .events = POLLIN, .revents = 0},
    };
    if (::poll(waited, std::size(waited), -1) < 0)
        return failed_sys("wait for a word");
    if (waited[0].revents)
        return channel.receive();
    return interrupted(interrupts);
}

Result<sys::Process> adopt_born(std::optional<sys::Channel::Message> message)
{
    if (!message || message->kind != kBorn || !message->fd)
        return failed("the process between is gone without a word");
    return sys::adopt(std::move(message->fd));
}

std::unexpected<Error> gone_without_a_word(sys::Process& child, std::string_view name,
                                           const spec::Linux& linux)
{
    const auto code = child.wait();
    if (!code || *code <= 128)
        return failed("{} is gone without a word", name);
    auto error = failed("{} was killed by SIG{}", name, ::sigabbrev_np(*code - 128));
    const auto& resources = linux.resources;
    if (*code - 128 == SIGKILL && resources && resources->memory && resources->memory->limit)
        error.error().hint = "perhaps its memory limit is too small for any program";
    return error;
}

}  // namespace runtime
