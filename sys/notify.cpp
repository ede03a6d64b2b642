#include "sys/notify.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "spec/text.hpp"
#include "sys/socket.hpp"

namespace sys {

static constexpr std::size_t kDatagramMost = 4096;  // of which we read no more
static constexpr int kDatagrams = 64;               // at once: a flood must not keep us
static constexpr int kBarrierMs = 30'000;
static constexpr timeval kPatience = {.tv_sec = 10, .tv_usec = 0};

static Result<Fd> make_datagram_socket()
{
    Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket)
        return failed_sys("make a socket");
    return socket;
}

Result<Fd> open_notify_socket(const Fd& folder, const std::string& name)
{
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    const std::string path = format("/proc/self/fd/{}/{}", folder.get(), name);
    std::memcpy(at.sun_path, path.data(), path.size());
    Fd socket = TRY(make_datagram_socket());
    if (::unlinkat(folder.get(), name.c_str(), 0) < 0 && errno != ENOENT)
        return failed_sys("remove {}", name);
    // The mode of the socket becomes that of the file: nobody can have it exchanged between.
    const mode_t umask = ::umask(0);
    const bool bound = ::fchmod(socket.get(), 0666) == 0 &&
                       ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
    const int code = errno;
    ::umask(umask);
    errno = code;
    if (!bound)
        return failed_sys("make the socket {}", name);
    return socket;
}

static bool says_ready(std::string_view message)
{
    for (;;) {
        const std::string_view line = message.substr(0, message.find('\n'));
        if (line == "READY=1")
            return true;
        if (line.size() == message.size())
            return false;
        message.remove_prefix(line.size() + 1);
    }
}

Result<bool> has_said_ready(const Fd& socket)
{
    char message[kDatagramMost];
    for (int i = 0; i < kDatagrams; ++i) {
        const ssize_t size = ::recv(socket.get(), message, sizeof message, MSG_DONTWAIT);
        if (size < 0 && errno != EINTR)
            return errno == EAGAIN ? Result<bool>(false) : failed_sys("read a datagram");
        if (size > 0 && says_ready({message, static_cast<std::size_t>(size)}))
            return true;
    }
    return false;
}

Result<Fd> connect_to_manager(const std::string& address)
{
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    if (!address.starts_with('/') && !address.starts_with('@'))
        return failed("{} is neither a path nor a name after @", spec::quoted(address));
    if (address.size() >= sizeof to.sun_path)
        return std::unexpected(
            Error{.doing = format("connect to {}", address), .code = ENAMETOOLONG});
    std::memcpy(to.sun_path, address.data(), address.size());
    auto size = static_cast<socklen_t>(sizeof to);
    if (address[0] == '@') {
        to.sun_path[0] = '\0';
        size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    }
    Fd socket = TRY(make_datagram_socket());
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), size) < 0)
        return failed_sys("connect to {}", address);
    // One that reads nothing must not keep us for ever.
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    return socket;
}

// A descriptor that the manager closes once it has come to this message: systemd does.
static Result<> wait_for_reader(const Fd& manager)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0)
        return failed_sys("make a pipe");
    const Fd here(ends[0]);
    Fd there(ends[1]);
    TRY(send_message(manager, "BARRIER=1", &there));
    there = {};
    pollfd closed = {.fd = here.get(), .events = 0, .revents = 0};
    while (::poll(&closed, 1, kBarrierMs) < 0)
        if (errno != EINTR)
            return failed_sys("wait for the service manager");
    return {};
}

Result<> tell_ready(const Fd& manager, pid_t main, Then then)
{
    TRY(send_message(manager, format("READY=1\nMAINPID={}\n", main)));
    return then == Then::End ? wait_for_reader(manager) : Result<>();
}

}  // namespace sys
