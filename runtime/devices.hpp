// The device nodes of a container: what its /dev holds, and how it gets there.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "spec/config_linux.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

struct DeviceNode {
    std::string path = {};  // absolute, in the container
    mode_t mode = 0;        // S_IFCHR, S_IFBLK or S_IFIFO, and permissions
    dev_t device = 0;
    uid_t uid = 0;
    gid_t gid = 0;
};

// The devices that every container has (config-linux.md, "Default Devices"), then the listed ones;
// of two with one path the listed one counts.
std::vector<DeviceNode> plan_devices(const std::vector<spec::Device>& listed);

// Inside a user namespace nodes cannot be made: there the host's own are bound.
enum class DeviceOrigin : bool { Made, HostBound };
Result<> make_devices(const sys::Fd& root, const std::vector<DeviceNode>& nodes,
                      DeviceOrigin origin);

// /dev/fd, /dev/stdin and so on; what is there already stays, but for /dev/ptmx.
Result<> make_device_links(const sys::Fd& root);

}  // namespace runtime
