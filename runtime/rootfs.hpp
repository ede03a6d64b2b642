// The file tree of a container, built in its own mount namespace before anything can see it.
#pragma once

#include <string>
#include <vector>

#include "runtime/cgroup_mount.hpp"
#include "runtime/mount_sources.hpp"
#include "runtime/mounts.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// In these functions `root` is the root file system: a mount of its own, detached at first, by
// whose descriptor every path inside is reached.

// A copy of the tree at `path`, not yet attached anywhere.
Result<sys::Fd> open_rootfs(const std::string& path);

// Ends what would carry mounts from here to the host (`propagation` of the host's tree as we see
// it: MS_* with MS_REC), and attaches the root file system on top of it, at `path`: "/", where it
// hides nothing, or where those look for it who are to find it before the pivot.
Result<> attach_rootfs(const sys::Fd& root, unsigned long propagation, const std::string& path);

Result<> make_mounts(const sys::Fd& root, const std::vector<MountOp>& plan,
                     const CgroupSource& cgroups, MountSources sources);

// Swaps "/" for the root file system and lets go of the host's: from here on nothing outside has a
// name. Then "/" gets its own `propagation` (0: as it is).
Result<> pivot(const sys::Fd& root, unsigned long propagation);

// `null` is the host's /dev/null: what hides a file. A path that is not there is skipped. `label`
// is SELinux's for mounts, or empty.
Result<> mask_paths(const sys::Fd& root, const std::vector<std::string>& paths, const sys::Fd& null,
                    const std::string& label);
Result<> make_paths_read_only(const sys::Fd& root, const std::vector<std::string>& paths);
Result<> make_root_read_only(const sys::Fd& root);

}  // namespace runtime
