#include "runtime/mounts.hpp"

#include <linux/mount.h>

#include "runtime/mount_options.hpp"
#include "runtime/selinux.hpp"

namespace runtime {

namespace {

// MS_* flags that belong to one mount, as mount_setattr(2) calls them. The others belong to the
// file system, which a bind has in common with the host.
struct Attribute {
    unsigned long flag, attribute;
};
constexpr Attribute kAttributes[] = {
    {MS_RDONLY, MOUNT_ATTR_RDONLY},
    {MS_NOSUID, MOUNT_ATTR_NOSUID},
    {MS_NODEV, MOUNT_ATTR_NODEV},
    {MS_NOEXEC, MOUNT_ATTR_NOEXEC},
    {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME},
    {MS_NOATIME, MOUNT_ATTR_NOATIME},
    {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME},
    {MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
    {MS_RELATIME, MOUNT_ATTR_RELATIME},
};
constexpr unsigned long kTimes = MS_NOATIME | MS_STRICTATIME | MS_RELATIME;

// What the options of one mount add up to; a later one overrides an earlier one.
struct Sum {
    const IdMapped& container;
    unsigned long set = 0, clear = 0;
    bool remount = false;
};

unsigned long attributes(unsigned long flags)
{
    unsigned long sum = 0;
    for (const auto& [flag, attribute] : kAttributes)
        if (flags & flag)
            sum |= attribute;
    return sum;
}

// The times are one field of several values: to set one is to clear the field first.
sys::MountAttributes change(const Sum& sum)
{
    sys::MountAttributes change{.set = attributes(sum.set), .clear = attributes(sum.clear)};
    if ((sum.set | sum.clear) & kTimes)
        change.clear |= MOUNT_ATTR__ATIME;
    return change;
}

// "idmap", or "idmap=" and crun's maps.
Result<> add_id_map(const std::string& word, unsigned long flags, const Sum& sum, MountOp& op)
{
    IdMapped& ids = op.ids.emplace();
    ids.depth = flags & MS_REC ? sys::Depth::Recursive : sys::Depth::One;
    if (const auto equals = word.find('='); equals != word.npos)
        ids.maps = TRY_TO(read_id_maps(word.substr(equals + 1), sum.container.maps), "option {}",
                          word.substr(0, equals));
    return {};
}

const MountOption* find_option(const std::string& word)
{
    const auto* option = find_mount_option(word.substr(0, word.find('=')));
    return option && (option->kind == OptionKind::MapIds || option->name == word) ? option
                                                                                  : nullptr;
}

Result<> add_option(const std::string& name, Sum& sum, MountOp& op)
{
    const MountOption* option = find_option(name);
    if (!option) {
        op.what.data += (op.what.data.empty() ? "" : ",") + name;
        return {};
    }
    const unsigned long flags = option->flags;
    switch (option->kind) {
        case OptionKind::Set:
            sum.set |= flags;
            sum.clear &= ~flags;
            break;
        case OptionKind::Clear:
            sum.set &= ~flags;
            sum.clear |= flags;
            break;
        case OptionKind::SetRecursive:
            op.recursive.set |= flags;
            op.recursive.clear &= ~flags;
            if (flags & MOUNT_ATTR__ATIME)
                op.recursive.clear |= MOUNT_ATTR__ATIME;
            break;
        case OptionKind::ClearRecursive:
            op.recursive.set &= ~flags;
            op.recursive.clear |= flags;
            break;
        case OptionKind::Propagation:
            op.propagation.push_back(flags);
            break;
        case OptionKind::Bind:
            op.kind = MountKind::Bind;
            op.depth = flags & MS_REC ? sys::Depth::Recursive : sys::Depth::One;
            break;
        case OptionKind::Remount:
            sum.remount = true;
            break;
        case OptionKind::CopyUp:
            op.copy_up = true;
            break;
        case OptionKind::SourceLink:
            op.links.source = true;
            break;
        case OptionKind::DestinationLink:
            op.links.destination = true;
            break;
        case OptionKind::CopyLink:
            op.links.copied = true;
            break;
        case OptionKind::MapIds:
            return add_id_map(name, flags, sum, op);
        case OptionKind::Nothing:
            break;
    }
    return {};
}

// The mount's own mappings come before an option's, and those before the container's.
Result<> finish_ids(const spec::Mount& mount, const IdMapped& container, MountOp& op)
{
    if (!mount.uid_mappings.empty()) {
        if (!op.ids)
            op.ids.emplace();
        op.ids->maps = {.uids = mount.uid_mappings, .gids = mount.gid_mappings};
    }
    if (!op.ids)
        return {};
    if (op.kind != MountKind::Bind)
        return failed("ids are mapped of a bind only");
    if (op.ids->maps.uids.empty()) {
        if (container.maps.uids.empty() && container.joined.empty())
            return failed("option idmap: neither the mount nor a user namespace has mappings");
        op.ids->maps = container.maps;
        op.ids->joined = container.joined;
    }
    TRY_TO(check_lines(op.ids->maps.uids), "uidMappings");
    TRY_TO(check_lines(op.ids->maps.gids), "gidMappings");
    return {};
}

// Whatever is mounted there is hidden by the rootfs.
bool is_root(std::string_view path)
{
    return path.find_first_not_of("/.") == path.npos && !path.contains("...");
}

Result<> finish(const spec::Mount& mount, const std::string& bundle, const Sum& sum, MountOp& op)
{
    if (sum.remount)
        op.kind = MountKind::Remount;
    if (op.kind == MountKind::FileSystem && op.what.type == "cgroup2")
        op.what.type = "cgroup";
    if (op.kind == MountKind::FileSystem && op.what.type == "cgroup")
        op.kind = MountKind::Cgroup;
    if (op.kind != MountKind::Remount && is_root(op.destination))
        return failed("on / there is the rootfs already");
    if (op.copy_up && (op.kind != MountKind::FileSystem || op.what.type != "tmpfs"))
        return failed("option tmpcopyup is for a tmpfs only");
    if (op.links.any() && op.kind != MountKind::Bind)
        return failed("options copy-symlink, src-nofollow and dest-nofollow are for a bind only");
    if (op.links.copied && (op.links.source || op.links.destination))
        return failed("option copy-symlink goes with neither src-nofollow nor dest-nofollow");
    op.what.flags = sum.set;
    op.attributes = change(sum);
    if (op.kind == MountKind::FileSystem || op.kind == MountKind::Cgroup) {
        if (op.what.type.empty())
            return failed("it has neither a type nor the option bind");
        if (op.what.source.empty())
            op.what.source = op.what.type;
        op.takes_mode =
            op.what.type == "tmpfs" && !op.copy_up && !has_value_for(op.what.data, "mode");
        return {};
    }
    if (!op.what.data.empty())
        return failed("options \"{}\" are a file system's own; a bind keeps those of its source",
                      op.what.data);
    constexpr unsigned long file_systems =
        MS_SYNCHRONOUS | MS_DIRSYNC | MS_MANDLOCK | MS_I_VERSION | MS_LAZYTIME;
    if (sum.set & file_systems)
        return failed(
            "sync, dirsync, mand, iversion and lazytime belong to the file system, which "
            "a bind has in common with the host");
    if (op.kind == MountKind::Bind && mount.source.empty())
        return failed("a bind needs a source");
    if (op.kind == MountKind::Bind && !mount.source.starts_with('/'))
        op.what.source = bundle + "/" + mount.source;
    return {};
}

Result<MountOp> plan_mount(const spec::Mount& mount, const std::string& bundle,
                           const IdMapped& container)
{
    MountOp op;
    op.destination =
        mount.destination.starts_with('/') ? mount.destination : "/" + mount.destination;
    op.what.type = mount.type;
    op.what.source = mount.source;
    if (mount.type == "bind")
        op.kind = MountKind::Bind;
    Sum sum{.container = container};
    for (const auto& option : mount.options)
        TRY(add_option(option, sum, op));
    TRY(finish(mount, bundle, sum, op));
    TRY(finish_ids(mount, container, op));
    return op;
}

}  // namespace

Result<std::vector<MountOp>> plan_mounts(const std::vector<spec::Mount>& mounts,
                                         const std::string& bundle, const IdMapped& container)
{
    std::vector<MountOp> plan;
    for (const auto& mount : mounts) {
        std::string name = format("/mounts/{} ({})", plan.size(), mount.destination);
        MountOp op = TRY_TO(plan_mount(mount, bundle, container), "{}", name);
        op.name = std::move(name);
        plan.push_back(std::move(op));
    }
    return plan;
}

void label_mounts(std::vector<MountOp>& plan, const std::string& label)
{
    for (auto& op : plan) {
        const std::string& type = op.what.type;
        if (op.kind == MountKind::Cgroup || type == "mqueue")
            op.label = label;
        // What proc and sysfs show has labels of its own, what a bind shows is the host's.
        else if (op.kind == MountKind::FileSystem && type != "proc" && type != "sysfs")
            op.what.data = with_context(op.what.data, label);
    }
}

}  // namespace runtime
