// Which devices a container may use: the config's rules as v1 writes or as a v2 program.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/cgroup/knobs.hpp"
#include "runtime/cgroup/layout.hpp"
#include "spec/config_cgroup.hpp"
#include "spec/result.hpp"

namespace runtime {

// The bits of the kernel's BPF_DEVCG_ACC_*.
enum DeviceAccess : std::uint8_t { kMakeNode = 1, kRead = 2, kWrite = 4, kAllAccess = 7 };

struct DevicePattern {
    bool allow = false;
    bool block = false;  // a block device, or else a character device
    std::optional<std::uint32_t> major = {};
    std::optional<std::uint32_t> minor = {};
    unsigned access = kAllAccess;
    bool asked = true;  // by the config
};

// For each kind of access on its own, the last pattern that matches the device decides; where none
// does, `allow`.
struct DevicePolicy {
    bool allow = false;
    std::vector<DevicePattern> patterns = {};
    bool asked = false;  // the config restricts something
};

// The config's rules, and after them what a container always gets. A rule for all devices and all
// access makes a fresh start. Without one nothing is allowed at first, as in runc on v2: a config
// that forgets devices does not give them away.
Result<DevicePolicy> device_policy(const std::vector<spec::DeviceRule>& rules);

// v1 keeps a default and its exceptions, in no order: an exception to an exception is an error.
Result<KnobWrites> device_writes(const DevicePolicy& policy);

// v2 asks a program (BPF_PROG_TYPE_CGROUP_DEVICE) whose answer is 1 or 0.
std::vector<bpf_insn> device_program(const DevicePolicy& policy);

// Loads the program and attaches it to the v2 group `folder`, beside those that are there: what any
// of them forbids is forbidden.
Result<> attach_device_program(int folder, const std::vector<bpf_insn>& program);

}  // namespace runtime
