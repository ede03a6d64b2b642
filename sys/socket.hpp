// Sockets of this machine.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// Connects a stream socket to the one at `path`, however long that is; EAGAIN where its queue is
// full. Reads and writes of the socket do not block.
Result<Fd> connect_to(const std::string& path);

// sendmsg(2) of at least one byte, with a descriptor where there is one (SCM_RIGHTS).
Result<> send_message(const Fd& socket, std::string_view bytes, const Fd* fd = nullptr);

// A stream socket that listens at `name` in this folder, however long the folder's path is.
Result<Fd> listen_in(const Fd& folder, const std::string& name);

// recvmsg(2), with the descriptor that came along. Of size 0: the other side is closed.
struct Received {
    std::size_t size = 0;
    Fd fd = {};
};
Result<Received> receive_message(const Fd& socket, std::span<std::byte> into);

}  // namespace sys
