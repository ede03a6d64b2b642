// Who the program of a container is: ids, limits, and the proof that nothing more is left to it.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/capabilities.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

Result<> set_limits(const std::vector<spec::Rlimit>& limits);

// Of another process: only who is over it may make it less likely to be killed than it was.
Result<> set_oom_score(pid_t pid, int score);

// Ids and groups, for good; the permitted capabilities stay until set_capabilities().
Result<> become(const spec::User& user);

// The standard descriptors, so that a program of this user can open /dev/stdout again.
Result<> own_stdio(uid_t uid);

// Signals that our caller ignores would stay ignored in the program (execve(2)): none is. Then
// compares what the kernel says of this thread with what was asked for. `proc` is a folder of a
// procfs that shows this thread, opened before it lost its privileges.
Result<> check_posture(const sys::Fd& proc, const spec::Process& process,
                       const CapabilitySets& capabilities);

// Its home in /etc/passwd of the current root; "/" where that does not say.
std::string home_of(std::uint32_t uid);

}  // namespace runtime
