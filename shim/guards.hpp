// Who guards a container: the processes that hold the lock on its record.
#pragma once

#include <sys/types.h>

#include <vector>

#include "sys/fd.hpp"

namespace shim {

struct Guard {
    pid_t pid = 0;
    sys::Fd pidfd = {};
};

// But us. It asks every process of the machine: for when nothing else has helped.
std::vector<Guard> guards_of(const sys::Fd& record);

}  // namespace shim
