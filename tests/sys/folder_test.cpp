#include "sys/folder.hpp"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "sys/file.hpp"

// A folder of its own, which it enters.
struct Work {
    Work()
    {
        cr_assert(::mkdtemp(path));
        cr_assert(::chdir(path) == 0);
        fd = sys::Fd(::open(path, O_RDONLY | O_DIRECTORY));
    }
    char path[32] = "/tmp/davit-folder.XXXXXX";
    sys::Fd fd = {};
};

Test(folder, a_tree_of_any_depth_is_removed)
{
    const Work work;
    // Deeper than a path may be long, and than descriptors may be many.
    cr_assert(::mkdir("top", 0700) == 0);
    cr_assert(::mkdir("top/.deep.0", 0700) == 0);
    cr_assert(::chdir("top") == 0);
    for (int i = 0; i < 3000; ++i)
        cr_assert(::mkdir("d", 0700) == 0 && ::chdir("d") == 0);
    cr_assert(::fchdir(work.fd.get()) == 0);
    const auto removed = sys::remove_tree(work.fd, "top");
    cr_assert(removed, "%s", removed.error().message().c_str());
    cr_expect(sys::names_in(work.fd)->empty());
}

Test(folder, what_a_symlink_names_stays)
{
    const Work work;
    cr_assert(sys::make_folders("kept/inner"));
    cr_assert(sys::make_folders("gone"));
    cr_assert(::symlink("../kept", "gone/link") == 0);
    cr_assert(::symlink("kept", "link") == 0);
    cr_expect(sys::remove_tree(work.fd, "gone"));
    cr_expect(sys::remove_tree(work.fd, "link"));
    cr_expect(sys::remove_tree(work.fd, "absent"));
    cr_expect(::access("kept/inner", F_OK) == 0);
    cr_expect_eq(sys::names_in(work.fd)->size(), 1);
}

Test(folder, is_made_for_us_alone_whatever_the_umask)
{
    const Work work;
    ::umask(0);
    cr_assert(sys::make_folders(std::string(work.path) + "/a/b/c"));
    struct stat status = {};
    cr_assert(::stat("a/b", &status) == 0);
    cr_expect_eq(status.st_mode & 07777, 0700);
    cr_expect(sys::make_folders("a/b/c"), "it is there already");
}
