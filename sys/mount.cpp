#include "sys/mount.hpp"

#include <fcntl.h>
#include <linux/mount.h>

#include <algorithm>

namespace sys {

static_assert(sizeof(mount_attr) == MOUNT_ATTR_SIZE_VER0);

static Result<> mount_path(const FileSystem& what, const std::string& target,
                           const std::string& name)
{
    if (::mount(what.source.c_str(), target.c_str(), what.type.c_str(), what.flags,
                what.data.empty() ? nullptr : what.data.c_str()) < 0)
        return failed_sys("mount {} ({}{}{}) on rootfs:{}", what.source, what.type,
                          what.data.empty() ? "" : ", ", what.data, name);
    return {};
}

Result<> mount(const FileSystem& what, const Fd& on, const std::string& name)
{
    return mount_path(what, format("/proc/self/fd/{}", on.get()), name);
}

Result<> mount_below(const FileSystem& what, const Fd& on, const char* below,
                     const std::string& name)
{
    return mount_path(what, format("/proc/self/fd/{}/{}", on.get(), below),
                      format("{}/{}", name, below));
}

Result<Fd> clone_mount(int directory, const std::string& path, Depth depth)
{
    unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    if (path.empty())
        flags |= AT_EMPTY_PATH;
    if (depth == Depth::Recursive)
        flags |= AT_RECURSIVE;
    Fd fd(::open_tree(directory, path.c_str(), flags));
    if (!fd)
        return failed_sys("copy the mount at {}", path);
    return fd;
}

Result<> set_attributes(const Fd& mount, const MountAttributes& attributes, Depth depth)
{
    mount_attr attr = {};
    attr.attr_set = attributes.set;
    attr.attr_clr = attributes.clear;
    attr.propagation = attributes.propagation;
    const unsigned int flags = AT_EMPTY_PATH | (depth == Depth::Recursive ? AT_RECURSIVE : 0);
    if (::mount_setattr(mount.get(), "", flags, &attr, sizeof attr) < 0)
        return failed_sys("set attributes {:#x}, clear {:#x}, propagation {:#x}", attributes.set,
                          attributes.clear, attributes.propagation);
    return {};
}

Result<> attach(const Fd& mount, const Fd& on, const std::string& name)
{
    if (::move_mount(mount.get(), "", on.get(), "",
                     MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return failed_sys("attach a mount on rootfs:{}", name);
    return {};
}

Result<> attach_on_root(const Fd& mount)
{
    if (::move_mount(mount.get(), "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return failed_sys("attach a mount on /");
    return {};
}

}  // namespace sys
