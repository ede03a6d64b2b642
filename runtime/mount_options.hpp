// The options of a mount in config.json (config.md, "Linux mount options"), as mount(2), fstab and
// mount_setattr(2) know them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace runtime {

enum class OptionKind : std::uint8_t {
    Set,  // MS_*: of a file system or a bind
    Clear,
    SetRecursive,  // MOUNT_ATTR_*: of the mount and all below it
    ClearRecursive,
    Propagation,      // MS_SHARED and so on
    Bind,             // MS_BIND, with MS_REC where all below comes along
    Remount,          // changes the mount that is there
    CopyUp,           // a tmpfs begins with what it hides
    SourceLink,       // a bind of a symlink itself, not of what it leads to
    DestinationLink,  // a bind onto a symlink itself
    CopyLink,         // a bind of a symlink is a symlink as that
    MapIds,           // of a bind, with MS_REC of all that comes along; "=" and maps may follow
    Nothing,          // the default: said for clarity, or for other tools
};

struct MountOption {
    std::string_view name;
    OptionKind kind;
    unsigned long flags;
};

std::span<const MountOption> mount_options();
const MountOption* find_mount_option(std::string_view name);  // null: it is the file system's own

// Whether a file system's own options ("size=1m,mode=700") say NAME=.
bool has_value_for(std::string_view options, std::string_view name);

}  // namespace runtime
