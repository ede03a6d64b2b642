// The state of a container: as `state` and `list` tell it, and as it is kept between two commands.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/json_map.hpp"
#include "spec/json_writer.hpp"
#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

// runtime.md, "State"; Paused is what the peers tell of a container that stands still, started or
// not.
enum class ContainerStatus : std::uint8_t { Creating, Created, Running, Paused, Stopped };
template <>
inline constexpr auto kWords<ContainerStatus> =
    words("creating", "created", "running", "paused", "stopped");

// A process that is told from every other one that had or will have its number.
struct ProcessIdentity {
    std::int32_t pid = 0;           // 0: there is none yet
    std::uint64_t start_time = 0;   // field 22 of /proc/PID/stat, in ticks since boot
    std::uint64_t pidfd_inode = 0;  // unique since boot (Linux 6.9); 0: this kernel has none
    std::string boot_id = {};       // of /proc/sys/kernel/random
};

// state.json. Its `status` is how far `create` or `run` came: Creating until the container was
// whole, then Created or Running. What it is now, the process itself tells.
struct State {
    std::string oci_version = {};  // that of config.json
    std::string id = {};
    ContainerStatus status = ContainerStatus::Creating;
    std::string bundle = {};   // absolute
    std::string rootfs = {};   // absolute
    std::string created = {};  // RFC 3339, in UTC
    std::uint32_t owner = 0;   // the uid that made it
    ProcessIdentity init = {};
    bool own_pids = true;          // it has a PID namespace of its own: all in it die with init
    bool hooks_follow = false;     // config.json has some for after `create`
    bool supervised = false;       // its filter's listener is somebody's to be sent to
    bool without_cgroups = false;  // made with --cgroup-manager disabled
    std::vector<std::string> cgroups = {};  // absolute folders, to be removed with the container
    Map<std::string> annotations = {};
};

Result<State> read_state(std::string_view text, std::string_view name);
std::string write_state(const State& state);

// Whether what read_state does not take is a whole JSON object all the same: not a damaged state of
// ours, but another program's.
bool is_state_of_another(std::string_view text);

// One container as engines read it from `state` (runtime.md, "State", and what runc adds): `status`
// as it is now, pid 0 where it is stopped.
void write_state(JsonWriter& json, const State& state, ContainerStatus status,
                 std::string_view owner);

}  // namespace spec
