// The `linux` section of config.json (runtime-spec 1.3.0, config-linux.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/config_cgroup.hpp"
#include "spec/config_seccomp.hpp"
#include "spec/json_map.hpp"
#include "spec/words.hpp"

namespace spec {

enum class NamespaceType : unsigned char { Mount, Pid, Network, Uts, Ipc, User, Cgroup, Time };
template <>
inline constexpr auto kWords<NamespaceType> =
    words("mount", "pid", "network", "uts", "ipc", "user", "cgroup", "time");

struct Namespace {
    NamespaceType type = NamespaceType::Mount;
    std::string path = {};  // absolute; empty: a new one
};

// first .. first + size - 1, all of them ids (process.user.uid has their range)
struct IdMapping {
    std::uint32_t container_id = 0;
    std::uint32_t host_id = 0;
    std::uint32_t size = 0;

    bool operator==(const IdMapping&) const = default;
};

struct TimeOffset {
    std::int64_t secs = 0;
    std::uint32_t nanosecs = 0;  // below 1,000,000,000
};

struct TimeOffsets {
    std::optional<TimeOffset> boottime = {};
    std::optional<TimeOffset> monotonic = {};
};

enum class DeviceType : unsigned char { Char, Block, Unbuffered, Fifo };  // mknod(1): u is c
template <>
inline constexpr auto kWords<DeviceType> = words("c", "b", "u", "p");

struct Device {
    DeviceType type = DeviceType::Char;
    std::string path = {};                    // absolute, in the container
    std::optional<std::uint32_t> major = {};  // present, but for a FIFO
    std::optional<std::uint32_t> minor = {};
    std::optional<std::uint32_t> file_mode = {};  // 0..0777
    std::optional<std::uint32_t> uid = {};
    std::optional<std::uint32_t> gid = {};
};

struct NetDevice {
    std::string name = {};  // in the container; empty: as on the host
};

// The spec has the four plain words; engines also write the recursive ones.
enum class Propagation : unsigned char {
    Private,
    Shared,
    Slave,
    Unbindable,
    PrivateAll,
    SharedAll,
    SlaveAll,
    UnbindableAll
};
template <>
inline constexpr auto kWords<Propagation> = words("private", "shared", "slave", "unbindable",
                                                  "rprivate", "rshared", "rslave", "runbindable");

struct IntelRdt {
    std::string clos_id = {};
    std::vector<std::string> schemata = {};
    std::string l3_cache_schema = {};
    std::string mem_bw_schema = {};
    bool enable_monitoring = false;
};

enum class MemoryPolicyMode : unsigned char {
    Default,
    Bind,
    Interleave,
    WeightedInterleave,
    Preferred,
    PreferredMany,
    Local
};
template <>
inline constexpr auto kWords<MemoryPolicyMode> =
    words("MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE",
          "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_LOCAL");

enum class MemoryPolicyFlag : unsigned char { NumaBalancing, RelativeNodes, StaticNodes };
template <>
inline constexpr auto kWords<MemoryPolicyFlag> =
    words("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES");

struct MemoryPolicy {
    MemoryPolicyMode mode = MemoryPolicyMode::Default;
    std::string nodes = {};  // a list such as 0-3,7
    std::vector<MemoryPolicyFlag> flags = {};
};

enum class PersonalityDomain : unsigned char { Linux, Linux32 };
template <>
inline constexpr auto kWords<PersonalityDomain> = words("LINUX", "LINUX32");

struct Personality {  // its `flags` are refused: none are defined
    PersonalityDomain domain = PersonalityDomain::Linux;
    std::vector<std::string> flags = {};
};

struct Linux {
    std::vector<Namespace> namespaces = {};  // no type twice
    std::vector<IdMapping> uid_mappings = {};
    std::vector<IdMapping> gid_mappings = {};
    std::optional<TimeOffsets> time_offsets = {};
    std::vector<Device> devices = {};
    Map<NetDevice> net_devices = {};  // by their names on the host
    std::string cgroups_path = {};    // empty: the runtime's choice
    std::optional<Resources> resources = {};
    std::optional<Seccomp> seccomp = {};
    std::optional<Propagation> rootfs_propagation = {};
    std::vector<std::string> masked_paths = {};  // absolute, in the container
    std::vector<std::string> readonly_paths = {};
    std::string mount_label = {};
    Map<std::string> sysctl = {};
    std::optional<IntelRdt> intel_rdt = {};
    std::optional<MemoryPolicy> memory_policy = {};
    std::optional<Personality> personality = {};
};

}  // namespace spec
