// The life of a container under the shim, as a table of steps (ARCHITECTURE.md).
#pragma once

#include <sys/types.h>

#include "shim/container.hpp"

namespace shim {

// From what was asked for until it has ended and is recorded: the container's exit code, 125 where
// nobody knows it. `caller`: the process that it is to end with, or 0. The client is told when the
// program runs.
Result<int> launch(Container& container, pid_t caller);

// The same from wherever `container` stands: this process takes the place of a shim that died.
int adopt(Container& container);

// Whatever runs of it is killed, and nothing is left but its record.
Result<> clear_away(Container& container);

// Records its end, and clears away whatever there is of it. What does not succeed is in its
// notices.
void finish(Container& container);

}  // namespace shim
