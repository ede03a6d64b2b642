// Signals: their names, and those that come.
#pragma once

#include <signal.h>

#include <string_view>

#include "spec/result.hpp"

namespace sys {

// "TERM", "SIGTERM", "sigterm", "15", "RTMIN+3": signal(7) of Linux. 0 asks whether a process is
// there.
Result<int> read_signal(std::string_view word);

// Blocks all signals, for a signalfd(2), and returns them. What our caller ignores (nohup(1), a
// shell's background) stays ignored: blocked, it would come all the same.
sigset_t block_signals();

}  // namespace sys
