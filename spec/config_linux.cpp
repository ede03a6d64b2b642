#include <algorithm>

#include "spec/config_tables.hpp"
#include "spec/cpu_list.hpp"

namespace spec {

static Verdict new_type(const std::vector<Namespace>& namespaces)
{
    if (std::ranges::count(namespaces, namespaces.back().type, &Namespace::type) == 1)
        return {};
    return Fault{"type", format("a second \"{}\", one is allowed", word(namespaces.back().type))};
}

static constexpr Field kNamespaceFields[] = {
    field<&Namespace::type>("type", {.required = true}),
    field<&Namespace::path>("path", {.check = absolute_or_empty}),
};
static constexpr Object<Namespace> kNamespace = object<Namespace>(kNamespaceFields);

static constexpr Field kTimeOffsetFields[] = {
    field<&TimeOffset::secs>("secs"),
    field<&TimeOffset::nanosecs>("nanosecs", {.range = Range{0, 999'999'999}}),
};
static constexpr Object<TimeOffset> kTimeOffset = object<TimeOffset>(kTimeOffsetFields);

static constexpr Field kTimeOffsetsFields[] = {
    field<&TimeOffsets::boottime>("boottime", kTimeOffset),
    field<&TimeOffsets::monotonic>("monotonic", kTimeOffset),
};
static constexpr Object<TimeOffsets> kTimeOffsets = object<TimeOffsets>(kTimeOffsetsFields);

// Engines also write all of st_mode: its type bits must then agree.
static Verdict whole_device(const Device& device)
{
    const bool fifo = device.type == DeviceType::Fifo;
    if (!fifo && (!device.major || !device.minor))
        return Fault{"", format("\"{}\" is missing", device.major ? "minor" : "major")};
    const std::uint32_t type = device.type == DeviceType::Block ? 0060000
                               : fifo                           ? 0010000
                                                                : 0020000;
    const std::uint32_t mode = device.file_mode.value_or(0);
    if (mode > 0777 && (mode & ~0777u) != type)
        return Fault{"fileMode",
                     format("{} is no mode of a \"{}\", a number from 0 to 511 is needed", mode,
                            word(device.type))};
    return {};
}

static constexpr Field kDeviceFields[] = {
    field<&Device::type>("type", {.required = true}),
    field<&Device::path>("path", {.required = true, .check = absolute}),
    field<&Device::major>("major", {.range = Range{0, kMajorMost}}),
    field<&Device::minor>("minor", {.range = Range{0, kMinorMost}}),
    field<&Device::file_mode>("fileMode"),
    field<&Device::uid>("uid", {.range = Range{0, kIdMost}}),
    field<&Device::gid>("gid", {.range = Range{0, kIdMost}}),
};
static constexpr Object<Device> kDevice = object<Device, whole_device>(kDeviceFields);

// As the kernel's dev_valid_name(), and no "%": it would make a pattern of the name. Inside the
// container "%d" at the end stands for the first number that is free.
static std::string_view interface_name(std::string_view name)
{
    const bool good = !name.empty() && name.size() < 16 && name != "." && name != ".." &&
                      name.find_first_of("/:% \t\n\v\f\r") == name.npos;
    return good ? "" : "is not a name of a network interface";
}
static std::string_view interface_name_or_empty(std::string_view name)
{
    if (name.ends_with("%d"))
        name.remove_suffix(2);
    return name.empty() ? "" : interface_name(name);
}

static constexpr Field kNetDeviceFields[] = {
    field<&NetDevice::name>("name", {.check = interface_name_or_empty}),
};
static constexpr Object<NetDevice> kNetDevice = object<NetDevice>(kNetDeviceFields);

// A class is a folder of resctrl; "/" stands for its root, the default class.
static std::string_view class_name(std::string_view name)
{
    const bool good = name == "/" || (name != "." && name != ".." && !name.contains('/'));
    return good ? "" : "is not the name of one folder";
}
static std::string_view one_line(std::string_view text)
{
    return text.contains('\n') ? "has more than one line" : "";
}
static std::string_view bandwidth(std::string_view schema)
{
    return schema.starts_with("MB:") ? one_line(schema) : "does not begin with MB:";
}

static constexpr Field kIntelRdtFields[] = {
    field<&IntelRdt::clos_id>("closID", {.check = class_name}),
    field<&IntelRdt::schemata>("schemata", {.check = one_line}),
    field<&IntelRdt::l3_cache_schema>("l3CacheSchema"),
    field<&IntelRdt::mem_bw_schema>("memBwSchema", {.check = bandwidth}),
    field<&IntelRdt::enable_monitoring>("enableMonitoring"),
};
static constexpr Object<IntelRdt> kIntelRdt = object<IntelRdt>(kIntelRdtFields);

static std::string_view node_list(std::string_view text)
{
    return text.empty() || parse_cpu_list(text) ? "" : "is not a list of nodes such as 0-3,7";
}

static constexpr Field kMemoryPolicyFields[] = {
    field<&MemoryPolicy::mode>("mode", {.required = true}),
    field<&MemoryPolicy::nodes>("nodes", {.check = node_list}),
    field<&MemoryPolicy::flags>("flags"),
};
static constexpr Object<MemoryPolicy> kMemoryPolicy = object<MemoryPolicy>(kMemoryPolicyFields);

static std::string_view personality_flag(std::string_view)
{
    return "is not known, no flags are defined";
}

static constexpr Field kPersonalityFields[] = {
    field<&Personality::domain>("domain", {.required = true}),
    field<&Personality::flags>("flags", {.check = personality_flag}),
};
static constexpr Object<Personality> kPersonality = object<Personality>(kPersonalityFields);

static constexpr Field kLinuxFields[] = {
    field<&Linux::namespaces, new_type>("namespaces", kNamespace),
    field<&Linux::uid_mappings>("uidMappings", kIdMapping),
    field<&Linux::gid_mappings>("gidMappings", kIdMapping),
    field<&Linux::time_offsets>("timeOffsets", kTimeOffsets),
    field<&Linux::devices>("devices", kDevice),
    field<&Linux::net_devices>("netDevices", kNetDevice, {.check_key = interface_name}),
    field<&Linux::cgroups_path>("cgroupsPath"),
    field<&Linux::resources>("resources", kResources),
    field<&Linux::seccomp>("seccomp", kSeccomp),
    field<&Linux::rootfs_propagation>("rootfsPropagation"),
    field<&Linux::masked_paths>("maskedPaths", {.check = absolute}),
    field<&Linux::readonly_paths>("readonlyPaths", {.check = absolute}),
    field<&Linux::mount_label>("mountLabel"),
    field<&Linux::sysctl>("sysctl", {.check_key = filled}),
    field<&Linux::intel_rdt>("intelRdt", kIntelRdt),
    field<&Linux::memory_policy>("memoryPolicy", kMemoryPolicy),
    field<&Linux::personality>("personality", kPersonality),
};
constexpr Object<Linux> kLinux = object<Linux>(kLinuxFields);

}  // namespace spec
