// A pair of connected sockets between a parent and its child: short messages, descriptors, and an
// error that happened on the other side.
#pragma once

#include <optional>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// One end. What a message means is the caller's; `kind` is a byte of the caller's choice.
class Channel {
public:
    Channel() = default;
    explicit Channel(Fd fd) : fd_(std::move(fd)) {}

    struct Message {
        char kind = 0;
        int value = 0;
        Fd fd = {};  // that came with it, or none
    };

    const Fd& fd() const { return fd_; }
    Result<> send(char kind, const Fd* fd = nullptr, int value = 0) const;
    Result<> send(const Error& error) const;  // cut to fit one message

    // The next message; nothing where the other side is closed. An error sent from there is
    // returned as if it had happened here.
    Result<std::optional<Message>> receive() const;

private:
    Fd fd_;
};

struct ChannelPair {
    Channel here, there;
};
Result<ChannelPair> make_channel();

}  // namespace sys
