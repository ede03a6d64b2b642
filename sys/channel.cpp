#include "sys/channel.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>

#include "sys/socket.hpp"

namespace sys {

namespace {

constexpr char kError = 'E';  // not for the caller's use

// An Error as it crosses: bounded, no pointers.
struct Report {
    int code = 0;
    Status status = Status::Failure;
    char doing[900] = {};
    char step[64] = {};
    char hint[200] = {};
};

template <std::size_t N>
void copy(const std::string& from, char (&to)[N])
{
    std::copy_n(from.data(), std::min(from.size(), N - 1), to);
}

template <std::size_t N>
std::string text(const char (&from)[N])
{
    return std::string(from, strnlen(from, N));
}

struct Frame {
    char kind = 0;
    int value = 0;
    Report report = {};
};
constexpr std::size_t kPlain = offsetof(Frame, report);

Result<> send_frame(const Fd& socket, const Frame& frame, std::size_t size, const Fd* fd)
{
    return send_message(socket, {reinterpret_cast<const char*>(&frame), size}, fd);
}

}  // namespace

Result<> Channel::send(char kind, const Fd* fd, int value) const
{
    const Frame frame{.kind = kind, .value = value};
    return send_frame(fd_, frame, kPlain, fd);
}

Result<> Channel::send(const Error& error) const
{
    Frame frame{.kind = kError, .report = {.code = error.code, .status = error.status}};
    copy(error.doing, frame.report.doing);
    copy(error.step, frame.report.step);
    copy(error.hint, frame.report.hint);
    return send_frame(fd_, frame, sizeof frame, nullptr);
}

Result<std::optional<Channel::Message>> Channel::receive() const
{
    Frame frame;
    auto message = TRY(receive_message(fd_, std::as_writable_bytes(std::span(&frame, 1))));
    if (message.size == 0)
        return std::nullopt;
    Message received{.kind = frame.kind, .value = frame.value, .fd = std::move(message.fd)};
    if (frame.kind != kError)
        return received;
    return std::unexpected(Error{.doing = text(frame.report.doing),
                                 .code = frame.report.code,
                                 .status = frame.report.status,
                                 .step = text(frame.report.step),
                                 .hint = text(frame.report.hint)});
}

Result<ChannelPair> make_channel()
{
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return failed_sys("make a pair of sockets");
    return ChannelPair{.here = Channel(Fd(ends[0])), .there = Channel(Fd(ends[1]))};
}

}  // namespace sys
