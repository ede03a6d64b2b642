// Where this host keeps its control groups, and where in there a container's groups are to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"

namespace runtime {

enum class CgroupVersion : bool { V1, V2 };

struct Hierarchy {
    CgroupVersion version = CgroupVersion::V1;
    std::string mount = {};  // "/sys/fs/cgroup/memory"
    std::string own = {};    // this process's group in it
    // None for name=systemd, and usually for the v2 half of a hybrid host.
    std::vector<std::string> controllers = {};

    bool has(std::string_view controller) const;
};

struct Layout {
    std::vector<Hierarchy> hierarchies = {};

    bool has(CgroupVersion version) const;
    const Hierarchy* with(CgroupVersion version, std::string_view controller) const;
    bool pure_v2() const;
};

// From the text of /proc/self/cgroup. Mounts are where systemd and everybody after it put them:
// v1 at /sys/fs/cgroup/<controllers>, v2 at /sys/fs/cgroup itself or beside v1 at .../unified.
enum class V2At : bool { Root, Unified };
Layout parse_layout(std::string_view proc_self_cgroup, V2At v2);

// This host's. What is not mounted is left out: a host without cgroups gives an empty layout, which
// fails only a config that asks for something.
Result<Layout> read_layout();

// This process's own groups, as far as they can be reached from here.
std::vector<std::string> own_groups(const Layout& layout);

// The group of a container in one hierarchy, from its linux.cgroupsPath:
// - absolute: below the root of the hierarchy;
// - relative: below our own group, as runc does. Where v2 has controllers it is below our group's
//   parent, for a v2 group that holds processes (us) cannot give controllers to its children;
// - empty: /davit-<id>, as crun does with its own name. Below our own group it would vanish with
//   the service that started us.
Result<std::string> group_folder(const Hierarchy& hierarchy, std::string_view cgroups_path,
                                 std::string_view id);

}  // namespace runtime
