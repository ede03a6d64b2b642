#include "runtime/cgroup_mount.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/selinux.hpp"
#include "sys/root.hpp"

namespace runtime {

namespace {

std::string name_of(const Hierarchy& hierarchy)
{
    return hierarchy.mount.substr(hierarchy.mount.rfind('/') + 1);
}

std::string joined(const std::vector<std::string>& words)
{
    std::string all;
    for (const auto& word : words)
        all += (all.empty() ? "" : ",") + word;
    return all;
}

sys::FileSystem file_system(const Hierarchy& hierarchy, unsigned long flags)
{
    if (hierarchy.version == CgroupVersion::V2)
        return {.type = "cgroup2", .source = "cgroup", .flags = flags};
    return {.type = "cgroup",
            .source = "cgroup",
            .flags = flags,
            .data = hierarchy.controllers.empty() ? "none,name=" + name_of(hierarchy)
                                                  : joined(hierarchy.controllers)};
}

// The folder of the container in this hierarchy; empty: it has none.
std::string group_in(const Hierarchy& hierarchy, const std::vector<std::string>& groups)
{
    for (const auto& group : groups)
        if (group.starts_with(hierarchy.mount + "/"))
            return group;
    return {};
}

Result<> bind_group(const std::string& group, unsigned long flags, const sys::Fd& target,
                    const std::string& name)
{
    const sys::Fd tree = TRY(sys::clone_mount(AT_FDCWD, group, sys::Depth::One));
    const unsigned long set = (flags & MS_RDONLY ? MOUNT_ATTR_RDONLY : 0) | MOUNT_ATTR_NOSUID |
                              MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    TRY(sys::set_attributes(tree, {.set = set}, sys::Depth::One));
    return sys::attach(tree, target, name);
}

// "cpu" beside "cpu,cpuacct", where programs look for it.
Result<> link_controllers(const sys::Fd& folder, const Hierarchy& hierarchy)
{
    for (std::size_t i = 0; hierarchy.controllers.size() > 1 && i < hierarchy.controllers.size();
         ++i)
        if (::symlinkat(name_of(hierarchy).c_str(), folder.get(),
                        hierarchy.controllers[i].c_str()) < 0 &&
            errno != EEXIST)
            return failed_sys("link {} to {}", hierarchy.controllers[i], name_of(hierarchy));
    return {};
}

Result<> mount_one(const sys::Fd& folder, const MountOp& op, const Hierarchy& hierarchy,
                   const std::string& group, CgroupView view)
{
    const std::string name = name_of(hierarchy);
    if (::mkdirat(folder.get(), name.c_str(), 0755) < 0)
        return failed_sys("make folder rootfs:{}/{}", op.destination, name);
    if (view == CgroupView::OwnNamespace)
        TRY(sys::mount_below(file_system(hierarchy, op.what.flags), folder, name.c_str(),
                             op.destination));
    else {
        const sys::Fd target = TRY(sys::open_in_root(folder, name, O_PATH | O_DIRECTORY));
        TRY(bind_group(group, op.what.flags, target, op.destination + "/" + name));
    }
    return link_controllers(folder, hierarchy);
}

}  // namespace

Result<> mount_cgroups(const sys::Fd& root, const MountOp& op, const CgroupSource& source)
{
    const auto& [layout, groups, view] = source;
    if (groups.empty())
        return failed("this host has no control groups");
    const sys::Fd target = TRY(sys::make_folder_in_root(root, op.destination));
    if (layout.pure_v2()) {
        if (view == CgroupView::OwnNamespace)
            return sys::mount(file_system(layout.hierarchies[0], op.what.flags), target,
                              op.destination);
        return bind_group(groups.at(0), op.what.flags, target, op.destination);
    }
    TRY(sys::mount({.type = "tmpfs",
                    .source = "tmpfs",
                    .flags = op.what.flags & ~static_cast<unsigned long>(MS_RDONLY),
                    .data = with_context("mode=755", op.label)},
                   target, op.destination));
    const sys::Fd folder = TRY(sys::open_in_root(root, op.destination, O_PATH | O_DIRECTORY));
    for (const auto& hierarchy : layout.hierarchies)
        if (const std::string group = group_in(hierarchy, groups); !group.empty())
            TRY(mount_one(folder, op, hierarchy, group, view));
    if (!(op.what.flags & MS_RDONLY))
        return {};
    return sys::set_attributes(folder, {.set = MOUNT_ATTR_RDONLY}, sys::Depth::One);
}

}  // namespace runtime
