// Which process a number meant: numbers are used again, processes are not.
#pragma once

#include <sys/types.h>

#include <optional>

#include "spec/result.hpp"
#include "spec/state.hpp"
#include "sys/fd.hpp"

namespace sys {

Result<std::string> boot_id();  // of /proc/sys/kernel/random

// Of a process that is held by its pidfd, so that the number is its own.
Result<spec::ProcessIdentity> identify(pid_t pid, const Fd& pidfd);

// The pidfd of that very process while it lives; nothing where it has ended, reaped or not.
Result<std::optional<Fd>> find_process(const spec::ProcessIdentity& identity);

// Whether it has ended, or has been killed and does not know it yet.
bool is_dying(pid_t pid);
char process_state(pid_t pid);  // R, S, D, T, Z ... as proc_pid_stat(5) has it; X: there is none

// How a process that is anybody's child has ended, once its pidfd is readable: as wait(2) tells its
// parent. Nothing where it is reaped already and the kernel is older than 6.15 (PIDFD_GET_INFO).
std::optional<int> wait_status(const spec::ProcessIdentity& identity, const Fd& pidfd);

}  // namespace sys
