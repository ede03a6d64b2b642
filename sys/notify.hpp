// sd_notify(3): a service tells whoever has started it that it is ready, by a datagram.
#pragma once

#include <sys/types.h>

#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// A socket at `name` in this folder, to which every user may write; one that is there goes.
Result<Fd> open_notify_socket(const Fd& folder, const std::string& name);

// Whether READY=1 is among what has come; all else, and descriptors that came along, goes.
Result<bool> has_said_ready(const Fd& socket);

// Connected to the service manager's: `address` is what NOTIFY_SOCKET says, a path or, after "@",
// a name that is none of a file.
Result<Fd> connect_to_manager(const std::string& address);

// READY=1 and MAINPID. Who is about to end waits until the manager has read that, half a minute at
// most: it asks who has sent it, and that takes one who lives.
enum class Then : bool { Stay, End };
Result<> tell_ready(const Fd& manager, pid_t main, Then then);

}  // namespace sys
