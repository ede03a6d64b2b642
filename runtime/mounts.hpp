// The mounts of a container as a plan: what config.json asks for, in the words of mount(2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/id_mapped.hpp"
#include "spec/config.hpp"
#include "spec/result.hpp"
#include "sys/mount.hpp"

namespace runtime {

enum class MountKind : std::uint8_t {
    FileSystem,  // a new one, by mount(2)
    Bind,        // a copy of a mount of the host, by open_tree(2)
    Remount,     // changes attributes of the mount that is there, never its file system
    Cgroup,      // the container's own control groups, whatever version the host has
};

// Of a Bind: which symlinks at the end of a path are not followed (crun's options).
struct KeptLinks {
    bool source = false;
    bool destination = false;
    bool copied = false;  // where the source is one it is not mounted, but made again

    bool any() const { return source || destination || copied; }
};

struct MountOp {
    std::string name = {};  // for an error: its place in config.json, and its destination
    MountKind kind = MountKind::FileSystem;
    std::string destination = {};          // absolute, in the container
    sys::FileSystem what = {};             // of a Bind only `source` counts, made absolute
    sys::Depth depth = sys::Depth::One;    // of a Bind
    sys::MountAttributes attributes = {};  // of a Bind or Remount: MOUNT_ATTR_*
    bool copy_up = false;                  // of a FileSystem, a tmpfs
    bool takes_mode = false;  // a tmpfs that says none: it has that of a folder it hides
    sys::MountAttributes recursive = {};          // of the mount and all below: "rro" and the like
    std::vector<unsigned long> propagation = {};  // MS_SHARED and so on, MS_REC beside it
    std::optional<IdMapped> ids = {};             // of a Bind
    KeptLinks links = {};
    std::string label = {};  // SELinux's, for what does not take it as an option
};

// `bundle` is where relative sources of binds begin, `container` what is meant where ids are to be
// mapped and nothing says how. An error names the mount's place in the list.
Result<std::vector<MountOp>> plan_mounts(const std::vector<spec::Mount>& mounts,
                                         const std::string& bundle, const IdMapped& container);

// Gives SELinux's label to all that can have one of its own (config-linux.md, "Mount Label").
void label_mounts(std::vector<MountOp>& plan, const std::string& label);

}  // namespace runtime
