// What a layer removes from those below it, and what it leaves to be decided by them.

#include "tests/image/layer_helpers.hpp"

using test::Layer;
using test::Paths;
using test::Tar;

Test(layer_whiteout, is_a_device_for_the_overlay)
{
    const Layer layer(Tar().folder(".").folder("a").file("a/.wh.old", ""));
    cr_assert(layer.ok());
    cr_expect(layer.is_whiteout("a/old"));
    cr_expect(!layer.has("a/.wh.old"));
    cr_expect(!layer.has_open_json);
}

Test(layer_whiteout, never_hits_its_own_layer)
{
    for (const bool after : {false, true}) {
        Tar tar;
        tar.folder(".").folder("a");
        if (after)
            tar.file("a/foo", "new");
        tar.file("a/.wh.foo", "");
        if (!after)
            tar.file("a/foo", "new");
        const Layer layer(tar);
        cr_assert(layer.ok());
        cr_expect(layer.text("a/foo") == "new");
    }
}

Test(layer_whiteout, of_a_folder_that_comes_anew_makes_it_opaque)
{
    const Layer before(Tar().folder(".").file(".wh.a", "").folder("a", 0700).file("a/new"));
    const Layer after(Tar().folder(".").folder("a", 0700).file("a/new").file(".wh.a", ""));
    const Layer implicit(Tar().folder(".").file(".wh.a", "").file("a/new"));
    const Layer implicit_after(Tar().folder(".").file("a/new").file(".wh.a", ""));
    for (const auto* layer : {&before, &after, &implicit, &implicit_after}) {
        cr_assert(layer->ok());
        cr_expect(layer->is_opaque("a"));
        cr_expect(layer->has("a/new"));
        cr_expect(!layer->has_open_json, "nothing depends on what is below");
    }
    cr_expect_eq(before.mode("a"), 0700);
    cr_expect_eq(implicit.mode("a"), 0755);
}

Test(layer_whiteout, a_folder_in_the_place_of_something_else_is_opaque)
{
    const Layer layer(Tar().folder(".").file("p").file("p/x").symlink("s", "t").folder("s"));
    cr_assert(layer.ok());
    cr_expect(layer.is_opaque("p"));
    cr_expect(layer.has("p/x"));
    cr_expect_eq(layer.mode("p"), 0755);
    cr_expect(layer.is_opaque("s"));
    cr_expect(!layer.has_open_json);
}

Test(layer_whiteout, opaque_whatever_the_order)
{
    const std::string marker = "a/.wh..wh..opq";
    const Layer before(Tar().folder(".").folder("a").file(marker, "").file("a/b/new"));
    const Layer after(Tar().folder(".").folder("a").file("a/b/new").file(marker, ""));
    for (const auto* layer : {&before, &after}) {
        cr_assert(layer->ok());
        cr_expect(layer->is_opaque("a"));
        cr_expect(!layer->is_opaque("a/b"));
        cr_expect(layer->has("a/b/new"));
        cr_expect(!layer->has("a/.wh..wh..opq"));
        cr_expect(!layer->has_open_json, "a/b is as new as what is in it");
    }
}

Test(layer_whiteout, opaque_without_entries_for_the_folders)
{
    const Layer layer(Tar().file("a/b/new").file("a/.wh..wh..opq", ""));
    cr_assert(layer.ok());
    cr_expect(layer.is_opaque("a"));
    cr_expect(layer.has("a/b/new"));
    cr_expect(layer.ends.implicit == Paths({"", "a"}));
    cr_expect(!layer.ends.opaque_root);
}

Test(layer_whiteout, opaque_root)
{
    const Layer layer(Tar().folder(".").file("new").file(".wh..wh..opq", ""));
    cr_assert(layer.ok());
    cr_expect(layer.ends.opaque_root);
    cr_expect(layer.ends.implicit.empty());
    cr_expect(!layer.is_opaque("."));
}

Test(layer_whiteout, open_ends_are_told)
{
    const Layer layer(Tar()
                          .folder("known")
                          .file("known/.wh.x", "")
                          .file("a/b/new")
                          .file("c/d/.wh.y", "")
                          .file("e\xff%/new")
                          .file(".wh.z", "")
                          .hard_link("h", "./usr//file"));
    cr_assert(layer.ok());
    cr_expect(layer.done->has_open_ends);
    cr_expect(layer.ends.implicit == Paths({"", "a", "a/b", "c", "c/d", "e\xff%"}));
    cr_expect(layer.ends.whiteouts == Paths({"c/d/y"}));
    cr_assert(layer.ends.links.size() == 1);
    cr_expect(layer.ends.links[0].path == "h");
    cr_expect(layer.ends.links[0].target == "usr/file");
    cr_expect(!layer.has("h"));
    cr_expect_eq(layer.mode("a/b"), 0755);
    cr_expect_eq(layer.status("a/b").st_mtim.tv_sec, 0);
}

Test(layer_whiteout, through_a_symlink_of_the_same_layer)
{
    const Layer layer(
        Tar().folder(".").folder("d").symlink("l", "/d").file("l/.wh.x", "").file("l/y"));
    cr_assert(layer.ok());
    cr_expect(layer.is_whiteout("d/x"));
    cr_expect(layer.has("d/y"));
    cr_expect(layer.target("l") == "/d");
}

Test(layer_whiteout, folders_that_only_whiteouts_need_are_not_made_up)
{
    // What is below is hidden anyway, so there is nothing left to hide in there.
    const Layer opaque(
        Tar().folder(".").folder("a").file("a/b/.wh.c", "").file("a/.wh..wh..opq", ""));
    cr_assert(opaque.ok());
    cr_expect(!opaque.has("a/b"));
    cr_expect(!opaque.has_open_json);

    const Layer gone(Tar().folder(".").file("a/b/.wh.c", "").file(".wh.a", ""));
    const Layer gone_before(Tar().folder(".").file(".wh.a", "").file("a/b/.wh.c", ""));
    for (const auto* layer : {&gone, &gone_before}) {
        cr_assert(layer->ok());
        cr_expect(layer->is_whiteout("a"));
        cr_expect(!layer->has_open_json);
    }

    const Layer file(Tar().folder(".").file("f").file("f/.wh.x", ""));
    cr_assert(file.ok());
    cr_expect(S_ISREG(file.status("f").st_mode));
}

Test(layer_whiteout, what_comes_in_its_place_leaves_nothing_open)
{
    const Layer layer(Tar().folder(".").file("a/.wh.x", "").file("a/x", "new").symlink("a", "b"));
    cr_assert(layer.ok());
    cr_expect(layer.target("a") == "b");
    cr_expect(!layer.has_open_json);
}

Test(layer_whiteout, of_nothing_is_an_error)
{
    for (const std::string folder : {"", "a/", "a/b/c/"})
        for (const std::string name : {".wh.", ".wh..", ".wh..."}) {
            const Layer layer(Tar().folder("a").file(folder + name, ""));
            cr_expect(layer.fails_with("whiteout of nothing"), "%s%s", folder.c_str(),
                      name.c_str());
            cr_expect(layer.fails_with("entry \"" + folder + name + "\""));
        }
    cr_expect(Layer(Tar().file(".wh.a/b", "")).fails_with("lies in a whiteout"));
}

Test(layer_whiteout, what_aufs_kept_for_itself_is_skipped)
{
    const Layer layer(Tar()
                          .folder(".")
                          .folder(".wh..wh.plnk")
                          .file(".wh..wh.plnk/1.2")
                          .file(".wh..wh.aufs", "")
                          .hard_link("link", ".wh..wh.plnk/1.2"));
    cr_assert(layer.ok());
    cr_expect(!layer.has(".wh..wh.plnk"));
    cr_expect(!layer.has(".wh..wh.aufs"));
}

Test(layer_whiteout, a_device_that_would_be_one_is_refused)
{
    const Layer layer(Tar().add({.name = "c", .type = '3'}));
    cr_expect(layer.fails_with("character device 0:0"));
}
