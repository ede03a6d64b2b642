// How a container's first process has ended, for whoever wants to know it: no parent of it has to
// be asked.
#pragma once

#include <chrono>
#include <optional>

#include "runtime/existing.hpp"
#include "spec/life.hpp"
#include "spec/result.hpp"

namespace runtime {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

// Waits until it has; nothing where the deadline comes first. What is found out is on record from
// then on (exit.json), until the container is deleted. `known` is false where nobody has looked
// before its parent reaped it, and, before Linux 6.15, where the parent was faster than we.
Result<std::optional<spec::ExitRecord>> await_exit(const Existing& container, Deadline deadline);

// Of one that we have reaped, with this status of wait(2).
Result<> record_exit(const StateDir& dir, const spec::State& state, int wait_status);

}  // namespace runtime
