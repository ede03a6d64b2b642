// What the kernel's log says of a process that its system-call filter has killed.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace runtime {

// The call that it was killed for, by name, or as a number where that has none; empty where nothing
// is told: the kernel has no audit (AUDIT_SECCOMP, type 1326), the log is not ours to read, or our
// pids are not those that stand in it.
std::string logged_call_of(pid_t pid);

// Of one record of /dev/kmsg; empty where it tells of something else.
std::string call_in_log(std::string_view record, pid_t pid);

}  // namespace runtime
