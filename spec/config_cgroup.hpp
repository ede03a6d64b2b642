// The `linux.resources` section of config.json (runtime-spec 1.3.0, config-linux.md, "Control
// groups").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/json_map.hpp"
#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

enum class DeviceRuleType : unsigned char { All, Char, Block };
template <>
inline constexpr auto kWords<DeviceRuleType> = words("a", "c", "b");

struct DeviceRule {
    bool allow = false;
    DeviceRuleType type = DeviceRuleType::All;
    std::optional<std::int64_t> major = {};  // absent: all; engines also write -1 for that
    std::optional<std::int64_t> minor = {};
    std::string access = {};  // letters of "rwm"
};

// Limits in bytes, -1: none.
struct Memory {
    std::optional<std::int64_t> limit = {};
    std::optional<std::int64_t> reservation = {};
    std::optional<std::int64_t> swap = {};  // memory and swap together
    std::optional<std::int64_t> kernel = {};
    std::optional<std::int64_t> kernel_tcp = {};
    std::optional<std::uint64_t> swappiness = {};  // 0..100
    std::optional<bool> disable_oom_killer = {};
    std::optional<bool> use_hierarchy = {};
    bool check_before_update = false;
};

// Times in microseconds.
struct Cpu {
    std::optional<std::uint64_t> shares = {};
    std::optional<std::int64_t> quota = {};
    std::optional<std::uint64_t> burst = {};
    std::optional<std::uint64_t> period = {};
    std::optional<std::int64_t> realtime_runtime = {};
    std::optional<std::uint64_t> realtime_period = {};
    std::string cpus = {};  // lists such as 0-3,7
    std::string mems = {};
    std::optional<std::int64_t> idle = {};  // 1: SCHED_IDLE
};

struct WeightDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::optional<std::uint16_t> weight = {};  // this or leaf_weight
    std::optional<std::uint16_t> leaf_weight = {};
};

struct ThrottleDevice {
    std::int64_t major = 0;
    std::int64_t minor = 0;
    std::uint64_t rate = 0;  // bytes or operations in a second
};

struct BlockIo {
    std::optional<std::uint16_t> weight = {};
    std::optional<std::uint16_t> leaf_weight = {};
    std::vector<WeightDevice> weight_device = {};
    std::vector<ThrottleDevice> throttle_read_bps_device = {};
    std::vector<ThrottleDevice> throttle_write_bps_device = {};
    std::vector<ThrottleDevice> throttle_read_iops_device = {};
    std::vector<ThrottleDevice> throttle_write_iops_device = {};
};

struct HugepageLimit {
    std::string page_size = {};  // "2MB", units of 1024
    std::uint64_t limit = 0;     // bytes
};

struct InterfacePriority {
    std::string name = {};
    std::uint32_t priority = 0;
};

struct Network {
    std::optional<std::uint32_t> class_id = {};
    std::vector<InterfacePriority> priorities = {};
};

struct Pids {
    std::int64_t limit = 0;  // 0 is a limit (1.3), below: none
};

struct Rdma {  // at least one of both
    std::optional<std::uint32_t> hca_handles = {};
    std::optional<std::uint32_t> hca_objects = {};
};

struct Resources {
    std::vector<DeviceRule> devices = {};  // to be applied in this order
    std::optional<Memory> memory = {};
    std::optional<Cpu> cpu = {};
    std::optional<BlockIo> block_io = {};
    std::vector<HugepageLimit> hugepage_limits = {};
    std::optional<Network> network = {};
    std::optional<Pids> pids = {};
    Map<Rdma> rdma = {};            // by device
    Map<std::string> unified = {};  // by file of the cgroup v2
};

// The section alone, as engines give it to `update`. `name` stands in front of messages.
Result<Resources> read_resources(std::string_view text, std::string_view name);

}  // namespace spec
