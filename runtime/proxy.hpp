// In the foreground: what stands between the caller's standard descriptors and the terminal of a
// container.
#pragma once

#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace runtime {

// Passes input, output and signals on until init has ended and all that was written is delivered;
// the caller's terminal is in raw mode meanwhile. Init is not reaped. Only SIGTTIN and SIGTTOU keep
// their meaning for us: in the background of a shell we stop. Where our output is closed the
// container's terminal is hung up.
Result<> proxy_terminal(const sys::Process& init, sys::Fd master);

}  // namespace runtime
