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

// What the kernel says of a process (proc_pid_status(5)). `proc` is a folder of a procfs that shows
// it: of the host's, for nobody can have changed that.
Result<std::string> status_of(int proc, const std::string& process);

// Signals that our caller ignores would stay ignored in the program (execve(2)): of this thread,
// whose status that is, none is.
void take_default_signals(std::string_view status);

// Compares a status with what was asked for. The ids are as the one who read it calls them.
struct ExpectedPosture {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    bool no_new_privileges = false;
    CapabilitySets capabilities = {};
};
Result<> check_posture(std::string_view status, const ExpectedPosture& expected);

// Its home in /etc/passwd of the current root; "/" where that does not say.
std::string home_of(std::uint32_t uid);

}  // namespace runtime
