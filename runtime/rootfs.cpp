#include "runtime/rootfs.hpp"

#include <fcntl.h>
#include <limits.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/copy_up.hpp"
#include "runtime/selinux.hpp"
#include "sys/file.hpp"
#include "sys/root.hpp"

namespace runtime {

Result<sys::Fd> open_rootfs(const std::string& path)
{
    sys::Fd root = TRY(sys::clone_mount(AT_FDCWD, path, sys::Depth::Recursive));
    struct stat found = {};
    if (::fstat(root.get(), &found) < 0)
        return failed_sys("look at {}", path);
    if (!S_ISDIR(found.st_mode))
        return std::unexpected(Error{.doing = path, .code = ENOTDIR});
    return root;
}

// Of the mount that holds `place`: what is attached to a shared one would be the host's, too, and
// cannot be pivoted into.
static Result<> make_parent_private(const sys::Fd& place)
{
    sys::Fd at = TRY(sys::open_at(place.get(), ".", O_PATH | O_DIRECTORY));
    for (;;) {
        struct statx found = {};
        if (::statx(at.get(), "", AT_EMPTY_PATH, 0, &found) < 0)
            return failed_sys("look for the mount that holds the rootfs");
        if (found.stx_attributes & STATX_ATTR_MOUNT_ROOT)
            return sys::set_attributes(at, {.propagation = MS_PRIVATE}, sys::Depth::One);
        at = TRY(sys::open_at(at.get(), "..", O_PATH | O_DIRECTORY));
    }
}

Result<> attach_rootfs(const sys::Fd& root, unsigned long propagation, const std::string& path)
{
    if (::mount(nullptr, "/", nullptr, propagation, nullptr) < 0)
        return failed_sys("set the propagation of the host's mounts to {:#x}", propagation);
    // pivot_root(2) takes neither a shared root nor a shared mount that holds it.
    if (propagation & MS_SHARED && ::mount(nullptr, "/", nullptr, MS_PRIVATE, nullptr) < 0)
        return failed_sys("make / private");
    TRY(sys::set_attributes(root, {.propagation = MS_SLAVE}, sys::Depth::Recursive));
    if (path == "/")  // our own paths begin at the mount below it
        return sys::attach_on_root(root);
    const sys::Fd place = TRY(sys::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY));
    if (propagation & MS_SHARED)
        TRY(make_parent_private(place));
    return sys::attach(root, place, path);
}

// What goes for the mount that is now at `destination`.
static Result<> finish_mount(const sys::Fd& mount, const MountOp& op)
{
    if (op.recursive.set || op.recursive.clear)
        TRY(sys::set_attributes(mount, op.recursive, sys::Depth::Recursive));
    for (const unsigned long propagation : op.propagation)
        TRY(sys::set_attributes(mount,
                                {.propagation = propagation & ~static_cast<unsigned long>(MS_REC)},
                                propagation & MS_REC ? sys::Depth::Recursive : sys::Depth::One));
    return {};
}

static Result<std::string> read_link(int folder, const char* name)
{
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(folder, name, target, sizeof target);
    if (size < 0)
        return failed_sys("read a symbolic link");
    return std::string(target, static_cast<std::size_t>(size));
}

// A symlink at the destination as `link` is one. It may be there already, from an earlier run.
static Result<> copy_link(const sys::Fd& root, const MountOp& op, const sys::Fd& link)
{
    const std::string target = TRY_TO(read_link(link.get(), ""), "{}", op.what.source);
    const auto slash = op.destination.find_last_of('/');
    const std::string name = op.destination.substr(slash + 1);
    const sys::Fd folder = TRY(sys::make_folder_in_root(root, op.destination.substr(0, slash + 1)));
    if (::symlinkat(target.c_str(), folder.get(), name.c_str()) == 0)
        return {};
    if (errno != EEXIST)
        return failed_sys("link rootfs:{} to {}", op.destination, target);
    const auto there = read_link(folder.get(), name.c_str());
    return there && *there == target
               ? Result<>()
               : failed("rootfs:{} is there and is no symbolic link to {}", op.destination, target);
}

static Result<sys::Fd> open_for_bind(const sys::Fd& root, const MountOp& op, bool is_folder)
{
    if (op.links.destination) {
        auto target = sys::open_in_root(root, op.destination, O_PATH | O_NOFOLLOW);
        if (target || target.error().code != ENOENT)
            return target;
    }
    return is_folder ? sys::make_folder_in_root(root, op.destination)
                     : sys::make_file_in_root(root, op.destination);
}

static Result<> make_bind(const sys::Fd& root, const MountOp& op, sys::Fd tree)
{
    if (!tree)
        tree = TRY(open_bound(op));
    struct stat found = {};
    if (::fstat(tree.get(), &found) < 0)
        return failed_sys("look at {}", op.what.source);
    if (op.links.copied && S_ISLNK(found.st_mode))
        return copy_link(root, op, tree);
    if (op.attributes.set || op.attributes.clear)
        TRY(sys::set_attributes(tree, op.attributes, sys::Depth::One));
    TRY(finish_mount(tree, op));
    const sys::Fd target = TRY(open_for_bind(root, op, S_ISDIR(found.st_mode)));
    auto attached = sys::attach(tree, target, op.destination);
    struct stat below = {};
    if (!attached && !S_ISDIR(found.st_mode) && ::fstat(target.get(), &below) == 0 &&
        S_ISDIR(below.st_mode))
        attached.error().code = EISDIR;  // the kernel says EINVAL
    return attached;
}

// proc and sysfs: what reads or writes them trusts their place, so no symlink may lead there
// (CVE-2019-19921, CVE-2023-27561).
static Result<sys::Fd> open_plain_folder(const sys::Fd& root, const MountOp& op)
{
    auto target = sys::open_in_root(root, op.destination, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (!target && target.error().code == ENOENT)
        return sys::make_folder_in_root(root, op.destination);
    if (!target && target.error().code == ENOTDIR)
        return failed("rootfs:{} is no folder; {} is not mounted through a symbolic link",
                      op.destination, op.what.type);
    return target;
}

static Result<> make_copied(const sys::Fd& root, const MountOp& op, const sys::Fd& target)
{
    const sys::Fd hidden = TRY(sys::open_at(target.get(), ".", O_RDONLY | O_DIRECTORY));
    sys::FileSystem writable = op.what;
    writable.flags &= ~static_cast<unsigned long>(MS_RDONLY);
    TRY(sys::mount(writable, target, op.destination));
    const sys::Fd mount = TRY(sys::open_in_root(root, op.destination, O_RDONLY | O_DIRECTORY));
    TRY_TO(copy_up(hidden, mount, op.what.data), "copy rootfs:{}", op.destination);
    if (op.what.flags & MS_RDONLY)
        TRY(sys::set_attributes(mount, {.set = MOUNT_ATTR_RDONLY}, sys::Depth::One));
    return finish_mount(mount, op);
}

// A tmpfs is open to all (1777) unless it says otherwise. Over a folder of the image it is as that
// is, as with the peers, or /root would be open to all.
static Result<sys::Fd> open_for_tmpfs(const sys::Fd& root, const MountOp& op, std::string& data)
{
    auto target = sys::open_in_root(root, op.destination, O_PATH | O_DIRECTORY);
    if (!target && target.error().code == ENOENT) {
        // The folder stays in the rootfs: the next run is to find what this one has.
        const auto slash = op.destination.find_last_of('/');
        TRY(sys::make_folder_in_root(root, op.destination.substr(0, slash + 1)));
        return sys::make_folder_in_root(root, op.destination, 01777);
    }
    if (!target)
        return target;
    struct stat found = {};
    if (::fstat(target->get(), &found) < 0)
        return failed_sys("look at rootfs:{}", op.destination);
    data += format("{}mode={:o}", data.empty() ? "" : ",", found.st_mode & 07777);
    return target;
}

static Result<> make_file_system(const sys::Fd& root, const MountOp& op, const sys::Fd& stand_in)
{
    const bool trusted = op.what.type == "proc" || op.what.type == "sysfs";
    sys::FileSystem what = op.what;
    const auto target = trusted         ? open_plain_folder(root, op)
                        : op.takes_mode ? open_for_tmpfs(root, op, what.data)
                                        : sys::make_folder_in_root(root, op.destination);
    if (!target)
        return std::unexpected(target.error());
    if (op.copy_up)
        return make_copied(root, op, *target);
    const auto mounted = sys::mount(what, *target, op.destination);
    if (!mounted && mounted.error().code == EPERM && stand_in) {
        TRY(sys::set_attributes(stand_in, op.attributes, sys::Depth::One));
        TRY(finish_mount(stand_in, op));
        return sys::attach(stand_in, *target, op.destination);
    }
    TRY(mounted);
    if (!op.recursive.set && !op.recursive.clear && op.propagation.empty() && op.label.empty())
        return {};
    const sys::Fd mount = TRY(sys::open_in_root(root, op.destination, O_PATH));
    TRY(set_label(mount.get(), op.label));
    return finish_mount(mount, op);
}

static Result<> make_mount(const sys::Fd& root, const MountOp& op, const CgroupSource& cgroups,
                           sys::Fd source)
{
    switch (op.kind) {
        case MountKind::FileSystem:
            return make_file_system(root, op, source);
        case MountKind::Bind:
            return make_bind(root, op, std::move(source));
        case MountKind::Remount: {
            const sys::Fd mount = TRY(sys::open_in_root(root, op.destination, O_PATH));
            TRY(sys::set_attributes(mount, op.attributes, sys::Depth::One));
            return finish_mount(mount, op);
        }
        case MountKind::Cgroup:
            return mount_cgroups(root, op, cgroups);
    }
    std::unreachable();
}

Result<> make_mounts(const sys::Fd& root, const std::vector<MountOp>& plan,
                     const CgroupSource& cgroups, MountSources sources)
{
    sources.resize(plan.size());
    for (std::size_t i = 0; i < plan.size(); ++i)
        TRY_TO(make_mount(root, plan[i], cgroups, std::move(sources[i])), "{}", plan[i].name);
    return {};
}

// As long as they are shared with the host's, letting go of our mounts would unmount the host's,
// too.
static Result<> part_from(const sys::Fd& old)
{
    if (::fchdir(old.get()) < 0 || ::mount(nullptr, ".", nullptr, MS_SLAVE | MS_REC, nullptr) < 0)
        return failed_sys("part from the host's mounts");
    return {};
}

Result<> pivot(const sys::Fd& root, unsigned long propagation)
{
    sys::Fd shared;
    if (propagation & MS_SHARED)
        shared = TRY(sys::open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
    if (::fchdir(root.get()) < 0)
        return failed_sys("enter the rootfs");
    // The old root lands on top of the new one, where "." finds it (pivot_root(2), NOTES).
    if (::syscall(SYS_pivot_root, ".", ".") < 0) {
        auto error = failed_sys("pivot_root");
        if (error.error().code == EINVAL)
            error.error().hint = "where / is an initramfs it takes --no-pivot";
        return error;
    }
    if (shared)
        TRY(part_from(shared));
    if (::umount2(".", MNT_DETACH) < 0 || ::chdir("/") < 0)
        return failed_sys("let go of the old root");
    if (propagation && ::mount(nullptr, "/", nullptr, propagation, nullptr) < 0)
        return failed_sys("set the propagation of / to {:#x}", propagation);
    return {};
}

static Result<> mask(const sys::Fd& root, const std::string& path, const sys::Fd& null,
                     const std::string& label)
{
    const auto target = sys::open_in_root(root, path, O_PATH);
    if (!target)
        return target.error().code == ENOENT || target.error().code == ENOTDIR
                   ? Result<>()
                   : std::unexpected(target.error());
    const auto masked = sys::mount(
        {.source = format("/proc/self/fd/{}", null.get()), .flags = MS_BIND}, *target, path);
    if (masked || masked.error().code != ENOTDIR)
        return masked;
    return sys::mount({.type = "tmpfs",
                       .source = "tmpfs",
                       .flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                       .data = with_context("size=0,nr_inodes=1", label)},
                      *target, path);
}

Result<> mask_paths(const sys::Fd& root, const std::vector<std::string>& paths, const sys::Fd& null,
                    const std::string& label)
{
    for (const auto& path : paths)
        TRY(mask(root, path, null, label));
    return {};
}

Result<> make_paths_read_only(const sys::Fd& root, const std::vector<std::string>& paths)
{
    for (const auto& path : paths) {
        const auto target = sys::open_in_root(root, path, O_PATH);
        if (!target && (target.error().code == ENOENT || target.error().code == ENOTDIR))
            continue;
        if (!target)
            return std::unexpected(target.error());
        const sys::Fd tree = TRY(sys::clone_mount(target->get(), "", sys::Depth::Recursive));
        TRY_TO(sys::set_attributes(tree, {.set = MOUNT_ATTR_RDONLY}, sys::Depth::Recursive),
               "make {} read-only", path);
        TRY(sys::attach(tree, *target, path));
    }
    return {};
}

Result<> make_root_read_only(const sys::Fd& root)
{
    return sys::set_attributes(root, {.set = MOUNT_ATTR_RDONLY}, sys::Depth::One);
}

}  // namespace runtime
