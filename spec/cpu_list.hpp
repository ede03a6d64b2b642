// Lists of CPUs as the kernel writes them (cpuset(7), "List format"): "0-3,7".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spec {

inline constexpr unsigned kCpuMost = 8191;  // the kernel is built for 8192 at most

struct CpuRange {
    unsigned first = 0;
    unsigned last = 0;
};
using CpuList = std::vector<CpuRange>;

// Spaces around numbers do not count, as config.md shows lists with them. Nothing where it is no
// list, names no CPU, or one beyond kCpuMost.
std::optional<CpuList> parse_cpu_list(std::string_view text);

}  // namespace spec
