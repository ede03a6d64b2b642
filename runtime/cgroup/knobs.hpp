// What the config's limits are in the files of control groups: values without a system call.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "runtime/cgroup/layout.hpp"
#include "spec/config_cgroup.hpp"
#include "spec/result.hpp"

namespace runtime {

// What it means when a file cannot be written.
enum class Must : std::uint8_t {
    Succeed,
    IfThere,  // the host may lack the file: what is asked for holds there anyhow
    Try,      // the config did not ask for it
};

struct KnobWrite {
    std::string controller = {};  // finds the hierarchy; "cgroup": the v2 one
    std::string file = {};
    std::string value = {};
    std::string property = {};  // in the config, for an error: "/linux/resources/memory/limit"
    Must must = Must::Succeed;
    // Limits that bound each other: where the kernel says EINVAL the write is tried once more after
    // all others, so it does not matter which of them is raised and which is lowered.
    bool or_later = false;
    std::string other_file = {};  // takes `other_value` where `file` does not exist
    std::string other_value = {};
    std::string usage_file = {};  // the write is refused where this one shows more than `value`
    std::string if_invalid = {};  // the hint where the kernel says EINVAL
};
using KnobWrites = std::vector<KnobWrite>;

// One file of a group, and what to write there to have it as it was.
struct KnobState {
    std::string path = {};
    std::string value = {};
};

// That value: `before` is what the file shows, `written` what is going to be written to it.
std::string value_before(std::string_view file, std::string_view written, std::string_view before);

// All writes for the config, in order; devices are in devices.hpp. An error where this host cannot
// do what is asked.
Result<KnobWrites> plan_knobs(const spec::Resources& resources, const Layout& layout);

// What the config asks for in vain, on any host: no error, for engines write it all the same.
std::vector<std::string> knob_warnings(const spec::Resources& resources);

// The twins: what a version's controller takes for its part of the config. One of each pair is
// called, whichever version has the controller here.
struct KnobTwins {
    std::string_view v1_controller, v2_controller;
    Result<> (*v1)(const spec::Resources&, KnobWrites&);
    Result<> (*v2)(const spec::Resources&, KnobWrites&);
};

Result<> memory_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> memory_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> cpu_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> cpu_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> block_io_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> block_io_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> hugepages_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> hugepages_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> pids_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> pids_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> net_classes_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> net_classes_v2(const spec::Resources& resources, KnobWrites& writes);
Result<> net_priorities_v1(const spec::Resources& resources, KnobWrites& writes);
Result<> net_priorities_v2(const spec::Resources& resources, KnobWrites& writes);

// cpu.shares (2..262144, 1024 is usual) on the scale of cpu.weight (1..10000, 100 is usual).
std::uint64_t weight_of_shares(std::uint64_t shares);

}  // namespace runtime
