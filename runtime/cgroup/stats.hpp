// What a container uses, as the files of its groups tell it on v1 and v2: in the units and under
// the names of `runc events` (runc, types/events.go), which engines read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cgroup/cgroup.hpp"
#include "spec/json_map.hpp"

namespace runtime {

// Documentation/accounting/psi.rst: averages in hundredths of a percent, the total in us.
struct PressureLine {
    std::uint64_t avg10 = 0;
    std::uint64_t avg60 = 0;
    std::uint64_t avg300 = 0;
    std::uint64_t total = 0;
};
struct Pressure {
    PressureLine some = {};
    PressureLine full = {};
};

struct CpuStats {  // ns
    std::uint64_t total = 0;
    std::uint64_t user = 0;
    std::uint64_t kernel = 0;
    std::vector<std::uint64_t> percpu = {};  // v1 alone
    std::vector<std::uint64_t> percpu_user = {};
    std::vector<std::uint64_t> percpu_kernel = {};
    std::uint64_t periods = 0;
    std::uint64_t throttled_periods = 0;
    std::uint64_t throttled_time = 0;
    std::optional<Pressure> pressure = {};
};

struct CpusetStats {
    std::vector<std::uint64_t> cpus = {};
    std::vector<std::uint64_t> mems = {};
    spec::Map<std::int64_t> flags = {};  // v1 alone; else 0
};

struct MemoryEntry {  // bytes; no limit is UINT64_MAX in v2, and a large number in v1
    std::uint64_t limit = 0;
    std::uint64_t usage = 0;
    std::uint64_t max = 0;
    std::uint64_t failures = 0;
};

struct MemoryStats {
    std::uint64_t cache = 0;
    MemoryEntry usage = {};
    MemoryEntry swap = {};  // memory and swap together, as v1 counts them
    MemoryEntry kernel = {};
    MemoryEntry kernel_tcp = {};
    spec::Map<std::uint64_t> raw = {};  // memory.stat
    std::optional<Pressure> pressure = {};
};

struct IoEntry {
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::string operation = {};  // "Read"
    std::uint64_t value = 0;
};

struct IoStats {
    std::vector<IoEntry> bytes = {};
    std::vector<IoEntry> operations = {};
    std::optional<Pressure> pressure = {};
};

struct Stats {
    CpuStats cpu = {};
    CpusetStats cpuset = {};
    MemoryStats memory = {};
    std::uint64_t pids = 0;
    std::uint64_t pids_limit = 0;  // 0: none
    IoStats io = {};
    spec::Map<MemoryEntry> hugepages = {};  // by the size of a page: "2MB"
};

// What the host does not count is 0, or absent.
Stats read_stats(const Groups& groups);

// Of one file each.
std::optional<Pressure> parse_pressure(std::string_view text);
std::vector<std::uint64_t> parse_list(std::string_view text);  // "0-2,7"
spec::Map<std::uint64_t> parse_flat(std::string_view text);    // "name number" in each line
std::vector<IoEntry> parse_io_v1(std::string_view text);       // "8:0 Read 123"
void parse_io_v2(std::string_view text, IoStats& into);        // "8:0 rbytes=123 ..."

}  // namespace runtime
