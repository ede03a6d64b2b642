// Mounts: onto objects that are held open, never onto a path that could change.
#pragma once

#include <sys/mount.h>

#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// mount(2) of a file system on the object `on` (an O_PATH descriptor), which `name` calls in an
// error. `flags` are MS_*, `data` the file system's own options. /proc must be the host's.
struct FileSystem {
    std::string type = {};
    std::string source = {};
    unsigned long flags = 0;
    std::string data = {};
};
Result<> mount(const FileSystem& what, const Fd& on, const std::string& name);

// The same on `below`, a folder in `on` that nobody else can have touched yet.
Result<> mount_below(const FileSystem& what, const Fd& on, const char* below,
                     const std::string& name);

// A detached copy of the mount at `path` (open_tree(2) with OPEN_TREE_CLONE): nobody sees it until
// it is attached, and it is gone when it is closed before. `links`: whether of a symlink at the end
// it is the copy of what that leads to, or of itself.
enum class Depth : bool { One, Recursive };
enum class Links : bool { Followed, Kept };
Result<Fd> clone_mount(int directory, const std::string& path, Depth depth,
                       Links links = Links::Followed);

// mount_setattr(2): sets and clears MOUNT_ATTR_* of a mount, its propagation to MS_SHARED and so on
// (0: as it is).
struct MountAttributes {
    unsigned long set = 0;
    unsigned long clear = 0;
    unsigned long propagation = 0;
};
Result<> set_attributes(const Fd& mount, const MountAttributes& attributes, Depth depth);

// The same with MOUNT_ATTR_IDMAP: who owns what is there is looked up in the maps of a user
// namespace, "inside" being the file system. Of a detached mount only; EINVAL where a file system
// cannot have it.
Result<> map_ids(const Fd& mount, const Fd& user_namespace, Depth depth);

// A file system that is set up option by option (fsopen(2)), where one text would not do: its own
// words come with an error. `make_mount` gives a detached mount with MOUNT_ATTR_* `attributes`.
Result<Fd> open_file_system(const std::string& type);
Result<> set_option(const Fd& file_system, const char* key, const std::string& value);
Result<> set_option(const Fd& file_system, const char* key);
Result<Fd> make_mount(const Fd& file_system, unsigned int attributes);

// Attaches a detached mount on the object `on`, which `name` calls in an error.
Result<> attach(const Fd& mount, const Fd& on, const std::string& name);
Result<> attach_on_root(const Fd& mount);  // on "/" of this process

}  // namespace sys
