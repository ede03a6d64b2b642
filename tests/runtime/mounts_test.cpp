#include "runtime/mounts.hpp"

#include <criterion/criterion.h>
#include <linux/mount.h>

#include <algorithm>

#include "runtime/mount_options.hpp"

using runtime::MountKind;

static runtime::MountOp plan(spec::Mount mount, const runtime::IdMapped& container = {})
{
    const auto plan = runtime::plan_mounts({std::move(mount)}, "/bundle", container);
    cr_assert(plan, "%s", plan ? "" : plan.error().doing.c_str());
    return plan->at(0);
}

static void expect_error(spec::Mount mount, const char* sentence)
{
    const auto plan = runtime::plan_mounts({std::move(mount)}, "/bundle", {});
    cr_assert(!plan, "expected: %s", sentence);
    cr_expect_str_eq(plan.error().doing.c_str(), sentence);
}

Test(mounts, a_file_system_gets_its_flags_and_what_is_its_own)
{
    const auto op = plan({.destination = "/dev/shm",
                          .type = "tmpfs",
                          .source = "shm",
                          .options = {"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}});
    cr_expect(op.kind == MountKind::FileSystem);
    cr_expect_eq(op.what.flags, MS_NOSUID | MS_NOEXEC | MS_NODEV);
    cr_expect_str_eq(op.what.data.c_str(), "mode=1777,size=65536k");
}

Test(mounts, only_a_tmpfs_that_says_no_mode_takes_one)
{
    using Options = std::vector<std::string>;
    const auto takes = [](const char* type, Options options) {
        return plan({.destination = "/t", .type = type, .options = std::move(options)}).takes_mode;
    };
    cr_expect(takes("tmpfs", {}));
    cr_expect(takes("tmpfs", {"size=1m", "nosuid", "remode=1"}));
    cr_expect_not(takes("tmpfs", {"size=1m", "mode=700"}));
    cr_expect_not(takes("tmpfs", {"mode=700"}));
    cr_expect_not(takes("tmpfs", {"tmpcopyup"}));  // it copies the mode, too
    cr_expect_not(takes("ramfs", {}));
}

Test(mounts, a_later_option_overrides_an_earlier_one)
{
    cr_expect_eq(plan({.destination = "/t", .type = "tmpfs", .options = {"ro", "rw"}}).what.flags,
                 0);
    const auto op = plan({.destination = "/t", .source = "/s", .options = {"bind", "rw", "ro"}});
    cr_expect_eq(op.attributes.set, MOUNT_ATTR_RDONLY);
    cr_expect_eq(op.attributes.clear, 0);
}

Test(mounts, a_bind_takes_attributes_and_its_source_begins_at_the_bundle)
{
    const auto op = plan({.destination = "data",
                          .type = "bind",
                          .source = "volumes/data",
                          .options = {"rbind", "nosuid", "exec", "noatime", "rprivate"}});
    cr_expect(op.kind == MountKind::Bind);
    cr_expect(op.depth == sys::Depth::Recursive);
    cr_expect_str_eq(op.destination.c_str(), "/data");
    cr_expect_str_eq(op.what.source.c_str(), "/bundle/volumes/data");
    cr_expect_eq(op.attributes.set, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOATIME);
    cr_expect_eq(op.attributes.clear, MOUNT_ATTR_NOEXEC | MOUNT_ATTR__ATIME);
    cr_expect_eq(op.propagation.at(0), MS_PRIVATE | MS_REC);
}

Test(mounts, recursive_options_are_for_any_kind_of_mount)
{
    const auto op = plan({.destination = "/t",
                          .type = "tmpfs",
                          .options = {"rro", "rnosymfollow", "rstrictatime", "rrw"}});
    cr_expect_eq(op.recursive.set, MOUNT_ATTR_NOSYMFOLLOW | MOUNT_ATTR_STRICTATIME);
    cr_expect_eq(op.recursive.clear, MOUNT_ATTR_RDONLY | MOUNT_ATTR__ATIME);
}

Test(mounts, every_version_of_cgroup_is_the_same_request)
{
    for (const char* type : {"cgroup", "cgroup2"})
        cr_expect(plan({.destination = "/sys/fs/cgroup", .type = type}).kind == MountKind::Cgroup);
}

Test(mounts, a_remount_never_reaches_the_file_system)
{
    const auto op = plan({.destination = "/", .options = {"remount", "ro"}});
    cr_expect(op.kind == MountKind::Remount);
    cr_expect_eq(op.attributes.set, MOUNT_ATTR_RDONLY);
}

Test(mounts, what_makes_no_sense_is_refused_with_its_place)
{
    expect_error({.destination = "/a"},
                 "/mounts/0 (/a): it has neither a type nor the option bind");
    expect_error({.destination = "/a", .options = {"bind"}},
                 "/mounts/0 (/a): a bind needs a source");
    expect_error(
        {.destination = "/a", .source = "/s", .options = {"bind", "size=1m", "x"}},
        "/mounts/0 (/a): options \"size=1m,x\" are a file system's own; a bind keeps those "
        "of its source");
    expect_error({.destination = "/a", .source = "/s", .options = {"bind", "sync"}},
                 "/mounts/0 (/a): sync, dirsync, mand, iversion and lazytime belong to the file "
                 "system, which a bind has in common with the host");
    expect_error({.destination = "/a", .source = "/s", .options = {"bind", "idmap"}},
                 "/mounts/0 (/a): option idmap: neither the mount nor a user namespace has "
                 "mappings");
    expect_error({.destination = "/a", .type = "tmpfs", .options = {"idmap=uids=0-1-2;gids=0-1-2"}},
                 "/mounts/0 (/a): ids are mapped of a bind only");
    expect_error({.destination = "/a", .source = "/s", .options = {"bind", "idmap=uids=0-1-2"}},
                 "/mounts/0 (/a): option idmap: gids are missing");
    expect_error({.destination = "/a", .type = "tmpfs", .options = {"dest-nofollow"}},
                 "/mounts/0 (/a): options copy-symlink, src-nofollow and dest-nofollow are for a "
                 "bind only");
    expect_error(
        {.destination = "/a", .source = "/s", .options = {"bind", "src-nofollow", "copy-symlink"}},
        "/mounts/0 (/a): option copy-symlink goes with neither src-nofollow nor dest-nofollow");
    expect_error({.destination = "/a", .source = "/s", .options = {"bind", "ro=1"}},
                 "/mounts/0 (/a): options \"ro=1\" are a file system's own; a bind keeps those of "
                 "its source");
    expect_error({.destination = "/a", .source = "/s", .options = {"bind", "tmpcopyup"}},
                 "/mounts/0 (/a): option tmpcopyup is for a tmpfs only");
}

// The mount's own mappings, else the option's, else the container's.
Test(mounts, ids_are_mapped_by_the_nearest_mappings)
{
    const runtime::IdMap own = {{.container_id = 0, .host_id = 7, .size = 1}};
    const runtime::IdMap word = {{.container_id = 1, .host_id = 2, .size = 3}};
    const runtime::IdMapped container = {
        .maps = {.uids = {{.container_id = 0, .host_id = 100000, .size = 65536}},
                 .gids = {{.container_id = 0, .host_id = 200000, .size = 65536}}}};
    spec::Mount mount = {.destination = "/a", .source = "/s", .options = {"rbind", "ridmap"}};
    auto op = plan(mount, container);
    cr_assert(op.ids && op.ids->maps == container.maps && op.ids->joined.empty());
    cr_expect(op.ids->depth == sys::Depth::Recursive);
    cr_expect(plan(mount, {.joined = "/proc/1/ns/user"}).ids->joined == "/proc/1/ns/user");
    mount.options[1] = "idmap=gids=1-2-3;uids=1-2-3";
    op = plan(mount, container);
    cr_expect(op.ids->maps.uids == word && op.ids->maps.gids == word);
    cr_expect(op.ids->depth == sys::Depth::One);
    mount.uid_mappings = mount.gid_mappings = own;
    cr_expect(plan(mount, container).ids->maps.uids == own);
    mount.options.pop_back();  // mappings alone ask for it, too
    cr_expect(plan(mount).ids->maps.gids == own);
}

// config.md, "Linux mount options".
Test(mounts, every_option_that_the_specification_lists_is_known)
{
    for (const char* name :
         {"async",          "atime",      "bind",         "defaults",    "dev",
          "diratime",       "dirsync",    "exec",         "iversion",    "lazytime",
          "loud",           "mand",       "noatime",      "nodev",       "nodiratime",
          "noexec",         "noiversion", "nolazytime",   "nomand",      "norelatime",
          "nostrictatime",  "nosuid",     "nosymfollow",  "private",     "ratime",
          "rbind",          "rdev",       "rdiratime",    "relatime",    "remount",
          "rexec",          "rnoatime",   "rnodiratime",  "rnoexec",     "rnorelatime",
          "rnostrictatime", "rnosuid",    "rnosymfollow", "ro",          "rprivate",
          "rrelatime",      "rro",        "rrw",          "rshared",     "rslave",
          "rstrictatime",   "rsuid",      "rsymfollow",   "runbindable", "rw",
          "shared",         "silent",     "slave",        "strictatime", "suid",
          "symfollow",      "sync",       "tmpcopyup",    "unbindable",  "idmap",
          "ridmap",         "rnodev"})
        cr_expect(runtime::find_mount_option(name), "%s is missing", name);
}

Test(mounts, the_rootfs_is_not_mounted_over)
{
    for (const char* root : {"/", ".", "//", "/./..", ".."}) {
        const std::string said =
            std::string("/mounts/0 (") + root + "): on / there is the rootfs already";
        expect_error({.destination = root, .type = "tmpfs"}, said.c_str());
        cr_expect(plan({.destination = root, .options = {"remount", "ro"}}).kind ==
                  MountKind::Remount);
    }
    cr_expect(plan({.destination = "/...", .type = "tmpfs"}).kind == MountKind::FileSystem);
}
