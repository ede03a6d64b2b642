// The terminal of a process in a container (process.terminal): the process makes it and works at
// it; its master goes to whoever listens at the console socket, or to our own proxy.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// `name` is what says whether there is to be a terminal, `socket` the path of the console socket,
// empty where none was given. What is left to itself needs one where it has a terminal; all else
// has no use for one.
Result<> check_terminal(bool terminal, std::string_view name, bool detached,
                        const std::string& socket);

// The other side gets the descriptor and the name of what it was opened from, in one message.
Result<> send_master(const sys::Fd& console_socket, const sys::Fd& master);

// Makes a terminal in the devpts of `root`, shows it as /dev/console there if wanted (for init,
// before it leaves the host's root), and has it for its standard descriptors and as the one of its
// session. Returns the master.
enum class Console : bool { Hidden, Shown };
Result<sys::Fd> take_terminal(const sys::Fd& root, const std::optional<spec::ConsoleSize>& size,
                              Console console);

}  // namespace runtime
