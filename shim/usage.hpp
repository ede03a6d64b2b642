// What a container used, as its control groups tell it, on v1 and v2.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shim {

struct Usage {
    bool cpu_known = false;
    std::uint64_t cpu_user_us = 0;
    std::uint64_t cpu_system_us = 0;
    std::string memory_cgroup = {};  // the folder; empty: it has no group of its own for memory
    std::uint64_t memory_peak = 0;   // bytes; 0: not known (v2 before Linux 5.19)
    std::uint64_t memory_limit = 0;  // bytes; 0: none
    std::uint64_t oom_kills = 0;     // since the group was made
};

// Of these folders, one per hierarchy. What cannot be read is not known.
Usage read_usage(const std::vector<std::string>& cgroups);

// As far as is needed to tell what it was before: of the rest, memory_cgroup is known.
Usage read_oom_kills(const std::vector<std::string>& cgroups);

// Of the text of memory.oom_control (v1) or memory.events (v2).
std::uint64_t oom_kills_in(std::string_view text);

}  // namespace shim
