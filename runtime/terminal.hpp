// The terminal of a container (process.terminal): init makes it and works at it; its master goes to
// whoever listens at the console socket, or to our own proxy.
#pragma once

#include <optional>
#include <string>

#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// `socket` is the path of the console socket, empty where none was given. A container that is left
// to itself needs one where it has a terminal; any other has no use for one.
Result<> check_terminal(const spec::Process& process, bool detached, const std::string& socket);

// The other side gets the descriptor and the name of what it was opened from, in one message.
Result<> send_master(const sys::Fd& console_socket, const sys::Fd& master);

// Init, before it leaves the host's root: makes a terminal in the devpts of `root`, shows it as
// /dev/console there, and has it for its standard descriptors and as the one of its session.
// Returns the master.
Result<sys::Fd> take_terminal(const sys::Fd& root, const std::optional<spec::ConsoleSize>& size);

}  // namespace runtime
