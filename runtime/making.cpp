#include "runtime/making.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

Result<sys::Fd> take_interrupts()
{
    (void)::signal(SIGCHLD, SIG_DFL);  // a caller that ignores it leaves us nothing to wait for
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t ending;
    ::sigemptyset(&ending);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        ::sigaddset(&ending, signal);
    sys::Fd interrupts(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
    return interrupts ? Result<sys::Fd>(std::move(interrupts)) : failed_sys("make a signalfd");
}

std::unexpected<Error> interrupted(const sys::Fd& interrupts)
{
    signalfd_siginfo info = {};
    if (::read(interrupts.get(), &info, sizeof info) != sizeof info)
        return failed_sys("read a signal");
    const int signal = static_cast<int>(info.ssi_signo);
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
