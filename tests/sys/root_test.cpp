#include "sys/root.hpp"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

// A folder with a "root" that is hostile, and an "outside" that nothing may reach.
struct Tree {
    Tree()
    {
        cr_assert(::mkdtemp(path));
        here = sys::Fd(::open(path, O_PATH | O_DIRECTORY | O_CLOEXEC));
        ::mkdirat(here.get(), "root", 0755);
        ::mkdirat(here.get(), "outside", 0755);
        root = sys::Fd(::openat(here.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
        cr_assert(::symlinkat("../outside", root.get(), "up") == 0);
        cr_assert(::symlinkat("/inside", root.get(), "absolute") == 0);
        cr_assert(::symlinkat("/nowhere", root.get(), "dangling") == 0);
        ::mkdirat(root.get(), "inside", 0755);
    }
    bool has(const char* name) const { return ::faccessat(here.get(), name, F_OK, 0) == 0; }

    char path[32] = "/tmp/davit-root.XXXXXX";
    sys::Fd here, root;
};

Test(root, what_is_missing_is_made_inside)
{
    const Tree tree;
    cr_assert(sys::make_folder_in_root(tree.root, "/a/b/c"));
    cr_expect(tree.has("root/a/b/c"));
    cr_assert(sys::make_file_in_root(tree.root, "d/file"));
    cr_expect(tree.has("root/d/file"));
    cr_assert(sys::make_folder_in_root(tree.root, "/"));
}

Test(root, symlinks_are_followed_as_if_the_root_were_everything)
{
    const Tree tree;
    cr_assert(sys::make_file_in_root(tree.root, "/absolute/file"));
    cr_expect(tree.has("root/inside/file"));
    const auto escaped = sys::open_in_root(tree.root, "../../outside", O_PATH);
    cr_assert(!escaped);
    cr_expect_eq(escaped.error().code, ENOENT);
    cr_assert(sys::make_folder_in_root(tree.root, "/up/folder"));
    cr_expect(tree.has("root/outside/folder"), "../outside is one in there");
    cr_expect(!tree.has("outside/folder"));
}

Test(root, a_symlink_that_dangles_stands_for_where_it_leads)
{
    const Tree tree;
    cr_assert(::symlinkat("dangling/far/away", tree.root.get(), "further") == 0);
    cr_assert(sys::make_file_in_root(tree.root, "dangling"));
    cr_expect(tree.has("root/nowhere"));
    cr_assert(::unlinkat(tree.root.get(), "nowhere", 0) == 0);
    cr_assert(sys::make_folder_in_root(tree.root, "/further/./folder/"));
    cr_expect(tree.has("root/nowhere/far/away/folder"));
}

Test(root, symlinks_that_lead_to_each_other_are_refused)
{
    const Tree tree;
    cr_assert(::symlinkat("loop/x", tree.root.get(), "loop") == 0);
    const auto made = sys::make_folder_in_root(tree.root, "/loop");
    cr_assert(!made);
    cr_expect_eq(made.error().code, ELOOP);
}

Test(root, a_name_that_cannot_be_made_is_refused)
{
    const Tree tree;
    const auto made = sys::make_folder_in_root(tree.root, "/new/..");
    cr_assert(!made);
    cr_expect_str_eq(made.error().doing.c_str(), "make rootfs:/new/..: it does not end in a name");
    cr_expect(!tree.has("root/new"));
}
