// One group and the groups below it, as they stand in a hierarchy.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "runtime/cgroup/layout.hpp"
#include "spec/result.hpp"

namespace runtime {

struct Group {
    std::string path = {};
    Hierarchy hierarchy = {};
};

// The folders at and below `path`, children before their parents; none where it is not there.
Result<std::vector<std::string>> group_tree(const std::string& path);

// The processes in `path` and below. Those that we cannot name, for they are in no PID namespace
// below ours, are an error: 0 is no number to send a signal to.
Result<std::vector<pid_t>> group_processes(const std::string& path);

}  // namespace runtime
