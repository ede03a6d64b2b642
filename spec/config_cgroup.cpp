#include <algorithm>

#include "spec/config_tables.hpp"

namespace spec {

static constexpr Rules kMajor = {.required = true, .range = Range{0, kMajorMost}};
static constexpr Rules kMinor = {.required = true, .range = Range{0, kMinorMost}};

static std::string_view access(std::string_view letters)
{
    return letters.find_first_not_of("rwm") == letters.npos ? "" : "has letters other than r, w, m";
}

static constexpr Field kDeviceRuleFields[] = {
    field<&DeviceRule::allow>("allow", {.required = true}),
    field<&DeviceRule::type>("type"),
    field<&DeviceRule::major>("major", {.range = Range{-1, kMajorMost}}),
    field<&DeviceRule::minor>("minor", {.range = Range{-1, kMinorMost}}),
    field<&DeviceRule::access>("access", {.check = access}),
};
static constexpr Object<DeviceRule> kDeviceRule = object<DeviceRule>(kDeviceRuleFields);

static constexpr Rules kLimit = {.range = Range{-1, INT64_MAX}};

static constexpr Field kMemoryFields[] = {
    field<&Memory::limit>("limit", kLimit),
    field<&Memory::reservation>("reservation", kLimit),
    field<&Memory::swap>("swap", kLimit),
    field<&Memory::kernel>("kernel", kLimit),
    field<&Memory::kernel_tcp>("kernelTCP", kLimit),
    field<&Memory::swappiness>("swappiness", {.range = Range{0, 100}}),
    field<&Memory::disable_oom_killer>("disableOOMKiller"),
    field<&Memory::use_hierarchy>("useHierarchy"),
    field<&Memory::check_before_update>("checkBeforeUpdate"),
};
static constexpr Object<Memory> kMemory = object<Memory>(kMemoryFields);

static constexpr Field kCpuFields[] = {
    field<&Cpu::shares>("shares"),
    field<&Cpu::quota>("quota"),
    field<&Cpu::burst>("burst"),
    field<&Cpu::period>("period"),
    field<&Cpu::realtime_runtime>("realtimeRuntime"),
    field<&Cpu::realtime_period>("realtimePeriod"),
    field<&Cpu::cpus>("cpus"),
    field<&Cpu::mems>("mems"),
    field<&Cpu::idle>("idle"),
};
static constexpr Object<Cpu> kCpu = object<Cpu>(kCpuFields);

static Verdict some_weight(const WeightDevice& device)
{
    if (device.weight || device.leaf_weight)
        return {};
    return Fault{"", "\"weight\" and \"leafWeight\" are missing, at least one is needed"};
}

static constexpr Field kWeightDeviceFields[] = {
    field<&WeightDevice::major>("major", kMajor),
    field<&WeightDevice::minor>("minor", kMinor),
    field<&WeightDevice::weight>("weight"),
    field<&WeightDevice::leaf_weight>("leafWeight"),
};
static constexpr Object<WeightDevice> kWeightDevice =
    object<WeightDevice, some_weight>(kWeightDeviceFields);

static constexpr Field kThrottleDeviceFields[] = {
    field<&ThrottleDevice::major>("major", kMajor),
    field<&ThrottleDevice::minor>("minor", kMinor),
    field<&ThrottleDevice::rate>("rate", {.required = true}),
};
static constexpr Object<ThrottleDevice> kThrottleDevice =
    object<ThrottleDevice>(kThrottleDeviceFields);

static constexpr Field kBlockIoFields[] = {
    field<&BlockIo::weight>("weight"),
    field<&BlockIo::leaf_weight>("leafWeight"),
    field<&BlockIo::weight_device>("weightDevice", kWeightDevice),
    field<&BlockIo::throttle_read_bps_device>("throttleReadBpsDevice", kThrottleDevice),
    field<&BlockIo::throttle_write_bps_device>("throttleWriteBpsDevice", kThrottleDevice),
    field<&BlockIo::throttle_read_iops_device>("throttleReadIOPSDevice", kThrottleDevice),
    field<&BlockIo::throttle_write_iops_device>("throttleWriteIOPSDevice", kThrottleDevice),
};
static constexpr Object<BlockIo> kBlockIo = object<BlockIo>(kBlockIoFields);

static std::string_view page_size(std::string_view text)
{
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::string_view unit = text.substr(digits);
    const bool good =
        digits > 0 && text[0] != '0' && (unit == "KB" || unit == "MB" || unit == "GB");
    return good ? "" : "is not a page size such as 64KB, 2MB or 1GB";
}

static constexpr Field kHugepageLimitFields[] = {
    field<&HugepageLimit::page_size>("pageSize", {.required = true, .check = page_size}),
    field<&HugepageLimit::limit>("limit", {.required = true}),
};
static constexpr Object<HugepageLimit> kHugepageLimit = object<HugepageLimit>(kHugepageLimitFields);

static constexpr Field kPriorityFields[] = {
    field<&InterfacePriority::name>("name", {.required = true}),
    field<&InterfacePriority::priority>("priority", {.required = true}),
};
static constexpr Object<InterfacePriority> kPriority = object<InterfacePriority>(kPriorityFields);

static constexpr Field kNetworkFields[] = {
    field<&Network::class_id>("classID"),
    field<&Network::priorities>("priorities", kPriority),
};
static constexpr Object<Network> kNetwork = object<Network>(kNetworkFields);

static constexpr Field kPidsFields[] = {
    field<&Pids::limit>("limit", {.required = true}),
};
static constexpr Object<Pids> kPids = object<Pids>(kPidsFields);

static Verdict some_limit(const Rdma& rdma)
{
    if (rdma.hca_handles || rdma.hca_objects)
        return {};
    return Fault{"", "\"hcaHandles\" and \"hcaObjects\" are missing, at least one is needed"};
}

static constexpr Field kRdmaFields[] = {
    field<&Rdma::hca_handles>("hcaHandles"),
    field<&Rdma::hca_objects>("hcaObjects"),
};
static constexpr Object<Rdma> kRdma = object<Rdma, some_limit>(kRdmaFields);

static constexpr Field kResourcesFields[] = {
    field<&Resources::devices>("devices", kDeviceRule),
    field<&Resources::memory>("memory", kMemory),
    field<&Resources::cpu>("cpu", kCpu),
    field<&Resources::block_io>("blockIO", kBlockIo),
    field<&Resources::hugepage_limits>("hugepageLimits", kHugepageLimit),
    field<&Resources::network>("network", kNetwork),
    field<&Resources::pids>("pids", kPids),
    field<&Resources::rdma>("rdma", kRdma),
    field<&Resources::unified>("unified"),
};
constexpr Object<Resources> kResources = object<Resources>(kResourcesFields);

Result<Resources> read_resources(std::string_view text, std::string_view name)
{
    return read_json(kResources, text, name);
}

}  // namespace spec
