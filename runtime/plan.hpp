// Everything about a container that is decided before anything is done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/capabilities.hpp"
#include "runtime/cgroup/cgroup.hpp"
#include "runtime/devices.hpp"
#include "runtime/mounts.hpp"
#include "runtime/namespaces.hpp"
#include "runtime/seccomp.hpp"
#include "runtime/sysctl.hpp"
#include "spec/config.hpp"
#include "spec/result.hpp"

namespace runtime {

struct Bundle {
    std::string path = {};         // absolute
    std::string config_text = {};  // as it was read
    spec::Config config = {};
    std::string rootfs = {};  // absolute
};

// `config`: a file in place of the bundle's config.json, where it is not empty.
Result<Bundle> read_bundle(const std::string& path, const std::string& config);

// What config.json may say in itself, but not together with the rest of it.
Result<> check_config(const spec::Config& config);

struct Plan {
    Namespaces namespaces = {};
    std::vector<MountOp> mounts = {};
    std::vector<DeviceNode> devices = {};
    CapabilitySets capabilities = {};
    std::vector<Sysctl> sysctls = {};
    SeccompFilter filter = {};  // made apart from the rest (seccomp_cache.hpp)
    Layout layout = {};         // of the host's control groups
    KnobWrites knobs = {};
    DevicePolicy device_policy = {};
    bool without_cgroups = false;
    bool delegates = false;              // the v2 group is to be the program's user's
    unsigned long host_propagation = 0;  // MS_*, of the host's mounts as the container sees them
    unsigned long root_propagation = 0;  // MS_*, of "/" inside; 0: as it is
    std::vector<std::string> warnings = {};
};

// `layout` is what this host has.
Result<Plan> make_plan(const Bundle& bundle, Layout layout);

// With --cgroup-manager disabled the container stays in our own groups, which are not touched. An
// error where that cannot be what the config wants: it asks for limits, or for a cgroup mount that
// is writable. Device rules and a cgroupsPath are left out with a warning, for engines write them
// in any case.
Result<> do_without_cgroups(const spec::Config& config, Plan& plan);

// The filter that `create` takes from its files: for whoever only looks.
Result<> plan_filter(const Bundle& bundle, Plan& plan);

// All in one, of all that is wrong, in place of the first of it: for people. What could not be
// planned is left out.
Plan plan_whole(const Bundle& bundle, Layout layout, std::vector<Error>& faults);

}  // namespace runtime
