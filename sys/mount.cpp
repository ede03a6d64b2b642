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

Result<Fd> clone_mount(int directory, const std::string& path, Depth depth, Links links)
{
    unsigned int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC;
    if (links == Links::Kept)
        flags |= AT_SYMLINK_NOFOLLOW;
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

Result<> map_ids(const Fd& mount, const Fd& user_namespace, Depth depth)
{
    mount_attr attr = {};
    attr.attr_set = MOUNT_ATTR_IDMAP;
    attr.userns_fd = static_cast<__u64>(user_namespace.get());
    const unsigned int flags = AT_EMPTY_PATH | (depth == Depth::Recursive ? AT_RECURSIVE : 0);
    if (::mount_setattr(mount.get(), "", flags, &attr, sizeof attr) < 0)
        return failed_sys("map its ids");
    return {};
}

Result<Fd> open_file_system(const std::string& type)
{
    Fd fd(::fsopen(type.c_str(), FSOPEN_CLOEXEC));
    if (!fd)
        return failed_sys("open the file system {}", type);
    return fd;
}

// The first error in the log of a file system ("e overlay: ..."), or nothing.
static std::string told_by(const Fd& file_system)
{
    char line[512];
    for (;;) {
        const ssize_t size = ::read(file_system.get(), line, sizeof line);
        if (size < 0)
            return "";
        const std::string_view text(line, static_cast<std::size_t>(size));
        if (text.starts_with("e "))
            return format(" ({})", text.substr(2, text.find_last_not_of('\n') - 1));
    }
}

static Result<> configure(const Fd& file_system, unsigned int command, const char* key,
                          const char* value)
{
    if (::fsconfig(file_system.get(), command, key, value, 0) == 0)
        return {};
    const int code = errno;
    const std::string words = told_by(file_system);
    errno = code;
    if (!key)
        return failed_sys("make a file system{}", words);
    return failed_sys("set {}{}{}{}", key, value ? " to " : "", value ? value : "", words);
}

Result<> set_option(const Fd& file_system, const char* key, const std::string& value)
{
    return configure(file_system, FSCONFIG_SET_STRING, key, value.c_str());
}

Result<> set_option(const Fd& file_system, const char* key)
{
    return configure(file_system, FSCONFIG_SET_FLAG, key, nullptr);
}

Result<Fd> make_mount(const Fd& file_system, unsigned int attributes)
{
    TRY(configure(file_system, FSCONFIG_CMD_CREATE, nullptr, nullptr));
    Fd mount(::fsmount(file_system.get(), FSMOUNT_CLOEXEC, attributes));
    if (!mount)
        return failed_sys("mount a file system{}", told_by(file_system));
    return mount;
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
