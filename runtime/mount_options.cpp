#include "runtime/mount_options.hpp"

#include <linux/mount.h>  // after it
#include <sys/mount.h>

#include <algorithm>
#include <string>

#include "spec/result.hpp"

namespace runtime {

namespace {

using enum OptionKind;

constexpr MountOption kOptions[] = {
    {"async", Clear, MS_SYNCHRONOUS},
    {"atime", Clear, MS_NOATIME},
    {"bind", Bind, MS_BIND},
    {"copy-symlink", CopyLink, 0},
    {"defaults", Nothing, 0},
    {"dest-nofollow", DestinationLink, 0},
    {"dev", Clear, MS_NODEV},
    {"diratime", Clear, MS_NODIRATIME},
    {"dirsync", Set, MS_DIRSYNC},
    {"exec", Clear, MS_NOEXEC},
    {"idmap", MapIds, 0},
    {"iversion", Set, MS_I_VERSION},
    {"lazytime", Set, MS_LAZYTIME},
    {"loud", Clear, MS_SILENT},
    {"mand", Set, MS_MANDLOCK},
    {"noatime", Set, MS_NOATIME},
    {"nodev", Set, MS_NODEV},
    {"nodiratime", Set, MS_NODIRATIME},
    {"noexec", Set, MS_NOEXEC},
    {"noiversion", Clear, MS_I_VERSION},
    {"nolazytime", Clear, MS_LAZYTIME},
    {"nomand", Clear, MS_MANDLOCK},
    {"norelatime", Clear, MS_RELATIME},
    {"nostrictatime", Clear, MS_STRICTATIME},
    {"nosuid", Set, MS_NOSUID},
    {"nosymfollow", Set, MS_NOSYMFOLLOW},
    {"private", Propagation, MS_PRIVATE},
    {"ratime", ClearRecursive, MOUNT_ATTR__ATIME},
    {"rbind", Bind, MS_BIND | MS_REC},
    {"rdev", ClearRecursive, MOUNT_ATTR_NODEV},
    {"rdiratime", ClearRecursive, MOUNT_ATTR_NODIRATIME},
    {"relatime", Set, MS_RELATIME},
    {"remount", Remount, 0},
    {"rexec", ClearRecursive, MOUNT_ATTR_NOEXEC},
    {"ridmap", MapIds, MS_REC},
    {"rnoatime", SetRecursive, MOUNT_ATTR_NOATIME},
    {"rnodev", SetRecursive, MOUNT_ATTR_NODEV},
    {"rnodiratime", SetRecursive, MOUNT_ATTR_NODIRATIME},
    {"rnoexec", SetRecursive, MOUNT_ATTR_NOEXEC},
    {"rnorelatime", ClearRecursive, MOUNT_ATTR__ATIME},
    {"rnostrictatime", ClearRecursive, MOUNT_ATTR__ATIME},
    {"rnosuid", SetRecursive, MOUNT_ATTR_NOSUID},
    {"rnosymfollow", SetRecursive, MOUNT_ATTR_NOSYMFOLLOW},
    {"ro", Set, MS_RDONLY},
    {"rprivate", Propagation, MS_PRIVATE | MS_REC},
    {"rrelatime", ClearRecursive, MOUNT_ATTR__ATIME},
    {"rro", SetRecursive, MOUNT_ATTR_RDONLY},
    {"rrw", ClearRecursive, MOUNT_ATTR_RDONLY},
    {"rshared", Propagation, MS_SHARED | MS_REC},
    {"rslave", Propagation, MS_SLAVE | MS_REC},
    {"rstrictatime", SetRecursive, MOUNT_ATTR_STRICTATIME},
    {"rsuid", ClearRecursive, MOUNT_ATTR_NOSUID},
    {"rsymfollow", ClearRecursive, MOUNT_ATTR_NOSYMFOLLOW},
    {"runbindable", Propagation, MS_UNBINDABLE | MS_REC},
    {"rw", Clear, MS_RDONLY},
    {"shared", Propagation, MS_SHARED},
    {"silent", Set, MS_SILENT},
    {"slave", Propagation, MS_SLAVE},
    {"src-nofollow", SourceLink, 0},
    {"strictatime", Set, MS_STRICTATIME},
    {"suid", Clear, MS_NOSUID},
    {"symfollow", Clear, MS_NOSYMFOLLOW},
    {"sync", Set, MS_SYNCHRONOUS},
    {"tmpcopyup", CopyUp, 0},
    {"unbindable", Propagation, MS_UNBINDABLE},
};

}  // namespace

std::span<const MountOption> mount_options()
{
    return kOptions;
}

const MountOption* find_mount_option(std::string_view name)
{
    const auto* found = std::ranges::find(kOptions, name, &MountOption::name);
    return found == std::end(kOptions) ? nullptr : found;
}

bool has_value_for(std::string_view options, std::string_view name)
{
    const std::string given = format("{}=", name);
    return options.starts_with(given) || options.contains("," + given);
}

}  // namespace runtime
