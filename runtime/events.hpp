// The lines of `events`: JSON as runc writes it (runc, types/events.go).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/cgroup/stats.hpp"

namespace runtime {

struct Interface {  // as it counts in its own network namespace
    std::string name = {};
    std::uint64_t received[4] = {};  // bytes, packets, errors, dropped
    std::uint64_t sent[4] = {};
};
// Of the text of /proc/PID/net/dev.
std::vector<Interface> parse_interfaces(std::string_view text);

std::string stats_line(std::string_view id, const Stats& stats,
                       const std::vector<Interface>& interfaces);
std::string oom_line(std::string_view id);

}  // namespace runtime
