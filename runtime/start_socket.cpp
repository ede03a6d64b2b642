#include "runtime/start_socket.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "runtime/init.hpp"

namespace runtime {

namespace {

constexpr int kQueue = 16;

// By the folder's descriptor: the path itself may be longer than a socket's may be.
sockaddr_un address(const StateDir& dir)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    const std::string path = format("/proc/self/fd/{}/{}", dir.fd().get(), kStartSocket);
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    return address;
}

Result<sys::Fd> make_socket(int flags)
{
    sys::Fd made(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0));
    return made ? Result<sys::Fd>(std::move(made)) : failed_sys("make a socket");
}

// Whether somebody listens: with a full queue, too.
Result<bool> connect_to(const sys::Fd& socket, const StateDir& dir)
{
    const sockaddr_un to = address(dir);
    while (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        if (errno == EAGAIN)
            return true;
        if (errno == ENOENT || errno == ECONNREFUSED)
            return false;
        if (errno != EINTR)
            return failed_sys("connect to {}", kStartSocket);
    }
    return true;
}

}  // namespace

Result<sys::Fd> make_start_socket()
{
    return make_socket(0);
}

Result<> open_start_socket(const sys::Fd& socket, const StateDir& dir)
{
    const sockaddr_un at = address(dir);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) < 0)
        return failed_sys("make {}", kStartSocket);
    if (::listen(socket.get(), kQueue) < 0)
        return failed_sys("listen at {}", kStartSocket);
    return {};
}

Result<sys::Channel> wait_at_start_socket(const sys::Fd& socket)
{
    for (;;) {
        sys::Fd peer(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer && errno != EINTR && errno != ECONNABORTED)
            return failed_sys("wait for start");
        if (!peer)
            continue;
        sys::Channel starter(std::move(peer));
        // `state` connects and goes; so does a `start` that was killed before it said the word.
        const auto message = starter.receive();
        if (!message || !*message || (*message)->kind != static_cast<char>(Word::Start))
            continue;
        (void)starter.send(static_cast<char>(Word::Start));
        return starter;
    }
}

Result<bool> waits_for_start(const StateDir& dir)
{
    const sys::Fd socket = TRY(make_socket(SOCK_NONBLOCK));
    return connect_to(socket, dir);
}

Result<std::optional<sys::Channel>> start_at_socket(const StateDir& dir)
{
    sys::Fd socket = TRY(make_socket(0));
    const bool connected = TRY(connect_to(socket, dir));
    if (!connected)
        return std::nullopt;
    sys::Channel init(std::move(socket));
    // Both fail where somebody else was first and init is gone from here.
    const auto sent = init.send(static_cast<char>(Word::Start));
    const auto heard = sent ? init.receive() : Result<std::optional<sys::Channel::Message>>();
    if (!heard)
        return std::unexpected(heard.error());
    if (!*heard)
        return std::nullopt;
    return init;
}

}  // namespace runtime
