// In the foreground: what stands between the caller and a process of a container.
#pragma once

#include "runtime/notify_socket.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace runtime {

// Passes signals on until the process has ended, and reaps it: its status as a shell tells it. All
// signals are blocked, and those of a child that is not the process do not count.
//
// With the master of a terminal, also input and output, until all that was written is delivered;
// the caller's terminal is in raw mode meanwhile. Then only SIGTTIN and SIGTTOU keep their meaning
// for us: in the background of a shell we stop. Where our output is closed the container's terminal
// is hung up.
//
// Where there is somebody to tell that the program is ready, we are the main process.
Result<int> wait_in_foreground(sys::Process& process, sys::Fd master, NotifySocket notify = {});

}  // namespace runtime
