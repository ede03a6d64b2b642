// What a mount of type cgroup shows: the container's own control groups, in the shape of the
// host's.
#pragma once

#include <string>
#include <vector>

#include "runtime/cgroup/layout.hpp"
#include "runtime/mounts.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// In a cgroup namespace of its own the file systems are mounted anew and begin at its groups;
// otherwise those folders are bound.
enum class CgroupView : bool { OwnNamespace, Bound };

struct CgroupSource {
    const Layout& layout;
    std::vector<std::string> groups = {};  // the container's folders
    CgroupView view = CgroupView::OwnNamespace;
};
Result<> mount_cgroups(const sys::Fd& root, const MountOp& op, const CgroupSource& source);

}  // namespace runtime
