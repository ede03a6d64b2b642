// A filter that asks a supervisor about system calls (SCMP_ACT_NOTIFY): the descriptor for that,
// which nobody but the process that loads the filter can make, goes to the socket at `listenerPath`
// before the program starts (runtime-spec 1.3.0, config-linux.md, "Seccomp").
//
// Once the filter is loaded, that process may be allowed no system call at all, or each of them may
// wait for a supervisor who has not got the descriptor yet. So it makes none: it writes the number
// of the descriptor into memory that it shares with whoever has it start, who takes a copy
// (pidfd_getfd(2)), sends that, and gives his word in the same memory.
#pragma once

#include <functional>
#include <optional>

#include "runtime/seccomp.hpp"
#include "spec/config_linux.hpp"
#include "spec/result.hpp"
#include "spec/state.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"

namespace runtime {

// The process: loads the filter, and goes on once the descriptor is where it belongs. It waits by
// looking, for some milliseconds; where the one at the other end of the channel has died meanwhile,
// it dies too, after half a minute of CPU time.
Result<> load_supervised(const SeccompFilter& filter, const sys::Channel& parent);

// The other side's connection to the supervisor; none where the filter asks nobody.
Result<sys::Fd> connect_to_supervisor(const spec::Linux& linux);

// Who has a process start, as the supervisor is told.
struct Supervised {
    const spec::Linux& linux;  // of its config.json
    const spec::State& state;  // of the container
    spec::ContainerStatus status = spec::ContainerStatus::Creating;
    pid_t pid = 0;  // of the process
    const sys::Fd& pidfd;
};

// After the word to start: waits until the program runs, and on the way passes the listener on.
// `hear` gives the next message, nothing where the process's end is closed. An error where it says
// what went wrong; where the listener is why, the process still waits and is to be killed.
using Hear = std::function<Result<std::optional<sys::Channel::Message>>()>;
Result<> see_it_start(const sys::Channel& process, const Hear& hear, const Supervised& told,
                      sys::Fd supervisor);

}  // namespace runtime
