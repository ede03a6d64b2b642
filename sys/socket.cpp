#include "sys/socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

#include "sys/file.hpp"

namespace sys {

namespace {

// Room for one descriptor, aligned as cmsg(3) wants it.
union Control {
    cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

constexpr int kQueue = 16;

}  // namespace

// A path that does not fit into an address is reached through its folder.
static Result<Fd> shorten(std::string& path)
{
    if (path.size() < sizeof(sockaddr_un::sun_path))
        return Fd();
    const auto slash = path.find_last_of('/');
    if (slash == path.npos)
        return Fd();
    Fd folder = TRY(open_at(AT_FDCWD, path.substr(0, slash + 1), O_PATH | O_DIRECTORY));
    path = format("/proc/self/fd/{}/{}", folder.get(), path.substr(slash + 1));
    return folder;
}

Result<Fd> connect_to(const std::string& path)
{
    std::string short_path = path;
    const Fd folder = TRY(shorten(short_path));
    sockaddr_un to = {};
    to.sun_family = AF_UNIX;
    if (short_path.size() >= sizeof to.sun_path)
        return std::unexpected(Error{.doing = format("connect to {}", path), .code = ENAMETOOLONG});
    std::memcpy(to.sun_path, short_path.data(), short_path.size());
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return failed_sys("make a socket");
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0)
        return failed_sys("connect to {}", path);
    return socket;
}

Result<> send_message(const Fd& socket, std::string_view bytes, const Fd* fd)
{
    Control control = {};
    iovec data = {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (fd) {
        message.msg_control = &control;
        message.msg_controllen = sizeof control;
        control.header = {
            .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        const int number = fd->get();
        std::memcpy(CMSG_DATA(&control.header), &number, sizeof number);
    }
    ssize_t sent;
    while ((sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL)) < 0)
        if (errno != EINTR)
            return failed_sys("send a message");
    if (static_cast<std::size_t>(sent) < bytes.size())
        return failed("send a message: {} of {} bytes were taken", sent, bytes.size());
    return {};
}

Result<Received> receive_message(const Fd& socket, std::span<std::byte> into)
{
    iovec data = {.iov_base = into.data(), .iov_len = into.size()};
    Control control = {};
    msghdr message = {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = sizeof control;
    ssize_t size;
    // A peer that closed with messages of ours unread resets the connection; its own messages are
    // still there for the next call.
    while ((size = ::recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC)) < 0)
        if (errno != EINTR && errno != ECONNRESET)
            return failed_sys("receive a message");
    Received received{.size = static_cast<std::size_t>(size)};
    if (const cmsghdr* header = CMSG_FIRSTHDR(&message);
        header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
        int number;
        std::memcpy(&number, CMSG_DATA(header), sizeof number);
        received.fd = Fd(number);
    }
    return received;
}

Result<Fd> listen_in(const Fd& folder, const std::string& name)
{
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    const std::string path = format("/proc/self/fd/{}/{}", folder.get(), name);
    if (path.size() >= sizeof at.sun_path)
        return std::unexpected(Error{.doing = format("listen at {}", name), .code = ENAMETOOLONG});
    std::memcpy(at.sun_path, path.data(), path.size());
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return failed_sys("make a socket");
    if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) < 0 ||
        ::listen(socket.get(), kQueue) < 0)
        return failed_sys("listen at {}", name);
    return socket;
}

}  // namespace sys
