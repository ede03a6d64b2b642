// What entries of a layer become.

#include <sys/sysmacros.h>

#include "tests/image/layer_helpers.hpp"

using test::Layer;
using test::Paths;
using test::Tar;

Test(layer_entries, of_every_kind)
{
    const Layer layer(
        Tar()
            .folder("./")
            .folder("bin")
            .add({.name = "bin/su", .content = "elf", .mode = 04755, .uid = 5, .gid = 7})
            .hard_link("bin/sudo", "/bin/su")
            .symlink("sh", "bin/bash")
            .hard_link("sh2", "sh")
            .add({.name = "null", .type = '3', .mode = 0666, .major = 1, .minor = 3})
            .add({.name = "disk", .type = '4', .mode = 0660, .gid = 6, .major = 8})
            .add({.name = "pipe", .type = '6', .mode = 0622, .uid = 1})
            .add({.name = "none", .mode = 0})
            .folder("closed", 0)
            .file("closed/file"));
    cr_assert(layer.ok());
    cr_expect_eq(layer.done->entries, 12);
    cr_expect(!layer.has_open_json);
    cr_expect_eq(layer.mode("bin/su"), 04755, "chown clears the bit, so it comes first");
    cr_expect_eq(layer.status("bin/su").st_uid, 5);
    cr_expect_eq(layer.status("bin/su").st_gid, 7);
    cr_expect_eq(layer.status("bin/su").st_mtim.tv_sec, 1000);
    cr_expect_eq(layer.status("bin/su").st_atim.tv_sec, 1000);
    cr_expect_eq(layer.status("bin/su").st_ino, layer.status("bin/sudo").st_ino);
    cr_expect_eq(layer.mode("bin/sudo"), 04755, "the link's own mode 0644 is nothing");
    cr_expect_eq(layer.status("bin").st_mtim.tv_sec, 1000, "though files came later");
    cr_expect_eq(layer.status(".").st_mtim.tv_sec, 1000);
    cr_expect(layer.target("sh") == "bin/bash");
    cr_expect_eq(layer.status("sh").st_mtim.tv_sec, 1000);
    cr_expect(layer.target("sh2") == "bin/bash", "a link to the symlink itself");
    cr_expect_eq(layer.status("sh").st_ino, layer.status("sh2").st_ino);
    cr_expect_eq(layer.status("null").st_mode, S_IFCHR | 0666);
    cr_expect_eq(layer.status("null").st_rdev, makedev(1, 3));
    cr_expect_eq(layer.status("disk").st_mode, S_IFBLK | 0660);
    cr_expect_eq(layer.status("disk").st_gid, 6);
    cr_expect_eq(layer.status("pipe").st_mode, S_IFIFO | 0622);
    cr_expect_eq(layer.mode("none"), 0);
    cr_expect_eq(layer.mode("closed"), 0);
    cr_expect(layer.has("closed/file"));
}

Test(layer_entries, modes_of_folders_do_not_reach_what_is_in_them)
{
    const Layer layer(Tar()
                          .folder(".", 02755)
                          .add({.name = "g/", .type = '5', .mode = 02775, .uid = 1, .gid = 50})
                          .file("g/file")
                          .folder("g/folder")
                          .folder("tmp", 01777)
                          .folder("g", 02775));
    cr_assert(layer.ok());
    cr_expect_eq(layer.mode("."), 02755);
    cr_expect_eq(layer.mode("g"), 02775);
    cr_expect_eq(layer.status("g").st_gid, 0, "the last one wins");
    cr_expect_eq(layer.status("g/file").st_gid, 0);
    cr_expect_eq(layer.status("g/folder").st_gid, 0);
    cr_expect_eq(layer.mode("g/folder"), 0755);
    cr_expect_eq(layer.mode("tmp"), 01777);
}

Test(layer_entries, the_last_of_two_wins)
{
    const Layer layer(Tar()
                          .folder(".")
                          .file("file", "old")
                          .add({.name = "file", .content = "new", .mode = 0600})
                          .folder("f", 0700)
                          .file("f/kept")
                          .folder("f", 0750)
                          .folder("x")
                          .file("x/y")
                          .symlink("x", "f")
                          .symlink("l", "file")
                          .file("l", "own")
                          .hard_link("h", "file")
                          .file("h", "own"));
    cr_assert(layer.ok());
    cr_expect(layer.text("file") == "new", "written neither through l nor through h");
    cr_expect_eq(layer.mode("file"), 0600);
    cr_expect_eq(layer.mode("f"), 0750);
    cr_expect(layer.has("f/kept"));
    cr_expect(!layer.has("f/y"));
    cr_expect(layer.target("x") == "f");
    cr_expect(layer.text("l") == "own");
}

Test(layer_entries, names_are_bytes)
{
    const std::string long_name = std::string(200, 'l') + "/" + std::string(255, 'n');
    const Layer layer(
        Tar()
            .folder(".")
            .file("latin\xe9")
            .file("caf\xc3\xa9")
            .add({.name = "?", .pax = {{"path", "pax\xc3\xa9"}}})
            .add({.name = "?", .pax = {{"path", "pax\xff\xfe"}}})
            .add({.name = "?", .pax = {{"path", "e\xcc\x81"}}})
            .add({.name = "s", .type = '2', .link = "cut", .pax = {{"linkpath", "\xe9/\xc3\xa9"}}})
            .file("new\nline")
            .add({.name = "?", .pax = {{"hdrcharset", "BINARY"}, {"path", "bin\xc3\xa9"}}})
            .file(long_name)
            .add({.name = "?", .pax = {{"path", std::string(150, 'p')}}}));
    cr_assert(layer.ok());
    for (const char* name : {"latin\xe9", "caf\xc3\xa9", "pax\xc3\xa9", "pax\xff\xfe", "e\xcc\x81",
                             "new\nline", "bin\xc3\xa9"})
        cr_expect(layer.has(name), "%s", name);
    cr_expect(layer.target("s") == "\xe9/\xc3\xa9");
    cr_expect(layer.has(long_name.c_str()));
    cr_expect(layer.has(std::string(150, 'p').c_str()));
}

Test(layer_entries, times_to_the_nanosecond_and_before_1970)
{
    const Layer layer(Tar()
                          .folder(".")
                          .add({.name = "n", .pax = {{"mtime", "1234567890.123456789"}}})
                          .add({.name = "b", .pax = {{"mtime", "-1.5"}}})
                          .add({.name = "d/", .type = '5', .pax = {{"mtime", "-2.25"}}})
                          .file("d/file"));
    cr_assert(layer.ok());
    cr_expect_eq(layer.status("n").st_mtim.tv_nsec, 123456789);
    cr_expect_eq(layer.status("b").st_mtim.tv_sec, -2);
    cr_expect_eq(layer.status("b").st_mtim.tv_nsec, 500'000'000);
    cr_expect_eq(layer.status("d").st_mtim.tv_sec, -3);
    cr_expect_eq(layer.status("d").st_mtim.tv_nsec, 750'000'000);
}

Test(layer_entries, owners_are_numbers_that_fit)
{
    const Layer most(
        Tar().add({.name = "f", .pax = {{"uid", "4294967294"}, {"gid", "4294967294"}}}));
    cr_assert(most.ok());
    cr_expect_eq(most.status("f").st_uid, 4294967294U);
    for (const char* id : {"4294967295", "4294967296", "-1"}) {
        cr_expect(!Layer(Tar().add({.name = "f", .pax = {{"uid", id}}})).ok(), "%s", id);
        cr_expect(!Layer(Tar().add({.name = "f", .pax = {{"gid", id}}})).ok(), "%s", id);
    }
}

Test(layer_entries, attributes_that_mean_something_here)
{
    const std::string capability(
        "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20);
    const Layer layer(Tar()
                          .folder(".")
                          .add({.name = "f",
                                .mode = 04755,
                                .uid = 3,
                                .pax = {{"SCHILY.xattr.user.note", "text"},
                                        {"SCHILY.xattr.security.capability", capability},
                                        {"SCHILY.xattr.security.selinux", "label"},
                                        {"SCHILY.xattr.system.nfs4_acl", "acl"},
                                        {"SCHILY.xattr.trusted.overlay.opaque", "y"},
                                        {"SCHILY.xattr.user.overlay.opaque", "y"}}})
                          .add({.name = "d/",
                                .type = '5',
                                .pax = {{"SCHILY.xattr.trusted.overlay.opaque", "y"},
                                        {"SCHILY.xattr.user.overlay.opaque", "y"},
                                        {"LIBARCHIVE.xattr.user.note", "dGV4dA"}}}));
    cr_assert(layer.ok());
    cr_expect(layer.xattr("f", "user.note") == "text");
    cr_expect(layer.xattr("f", "security.capability") == capability, "chown would remove it");
    cr_expect_eq(layer.mode("f"), 04755);
    for (const char* name :
         {"security.selinux", "system.nfs4_acl", "trusted.overlay.opaque", "user.overlay.opaque"})
        cr_expect(layer.xattr("f", name).empty(), "%s", name);
    cr_expect(layer.xattr("d", "user.note") == "text");
    cr_expect(!layer.is_opaque("d"));
    cr_expect(layer.xattr("d", "trusted.overlay.opaque").empty());
    cr_assert(layer.done->notices.size() == 1);
    cr_expect(layer.done->notices[0].find("user.overlay.opaque") != std::string::npos);
}

Test(layer_entries, sparse_files_keep_their_holes)
{
    const std::uint64_t size = 64 << 20;
    const Layer layer(Tar().add({.name = "GNUSparseFile.0/f",
                                 .content = "1\n33554432\n4\n" + std::string(499, '\0') + "data",
                                 .pax = {{"GNU.sparse.major", "1"},
                                         {"GNU.sparse.minor", "0"},
                                         {"GNU.sparse.name", "f"},
                                         {"GNU.sparse.realsize", std::to_string(size)}}}));
    cr_assert(layer.ok());
    const auto status = layer.status("f");
    cr_expect_eq(static_cast<std::uint64_t>(status.st_size), size);
    cr_expect_lt(status.st_blocks, 100);
    char found[4] = {};
    const sys::Fd file(::openat(layer.tree.get(), "f", O_RDONLY | O_CLOEXEC));
    cr_expect_eq(::pread(file.get(), found, 4, 33554432), 4);
    cr_expect(std::string_view(found, 4) == "data");
}

Test(layer_entries, hard_links_wait_for_their_targets)
{
    const Layer layer(Tar()
                          .folder(".")
                          .hard_link("a", "b")
                          .hard_link("b", "c")
                          .hard_link("self", "self")
                          .file("c", "text")
                          .hard_link("gone", "nowhere")
                          .file("gone", "own")
                          .file("c2", "text")
                          .hard_link("c2", "c2"));
    cr_assert(layer.ok());
    cr_expect(layer.text("a") == "text");
    cr_expect_eq(layer.status("a").st_nlink, 3);
    cr_expect(layer.text("gone") == "own");
    cr_expect(layer.text("c2") == "text");
    cr_assert(layer.ends.links.size() == 1, "only one is left to the layers below");
    cr_expect(layer.ends.links[0].path == "self");
    cr_expect(layer.ends.implicit.empty());
}

Test(layer_entries, a_layer_may_hold_nothing)
{
    for (const std::string& bytes : {std::string(), Tar().bytes(), std::string(10240, '\0')}) {
        const Layer layer(bytes, bytes);
        cr_assert(layer.ok());
        cr_expect_eq(layer.done->entries, 0);
        cr_expect_eq(layer.mode("."), 0755);
        cr_expect(layer.ends.implicit == Paths({""}));
    }
}
