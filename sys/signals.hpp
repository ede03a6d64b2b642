// The names of signals.
#pragma once

#include <string_view>

#include "spec/result.hpp"

namespace sys {

// "TERM", "SIGTERM", "sigterm", "15", "RTMIN+3": signal(7) of Linux. 0 asks whether a process is
// there.
Result<int> read_signal(std::string_view word);

}  // namespace sys
