#include "image/stack/overlay.hpp"

#include <sched.h>
#include <sys/mount.h>

#include "tests/image/layer_shown.hpp"

using enum model::Kind;
using model::Chain;

Test(overlay, is_tried_and_leaves_nothing_behind)
{
    const Chain chain;
    const auto tried = image::try_overlay(chain.here);
    cr_expect(tried, "%s", tried ? "" : tried.error().message().c_str());
    cr_expect(sys::names_in(chain.here)->empty());
}

Test(overlay, says_why_it_cannot_be_mounted)
{
    cr_assert_eq(::unshare(CLONE_NEWNS), 0);
    const Chain chain;
    // ramfs has no extended attributes.
    cr_assert_eq(::mount("none", chain.path, "ramfs", 0, nullptr), 0);
    const sys::Fd there(::open(chain.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto tried = image::try_overlay(there);
    cr_assert(!tried);
    const std::string message = tried.error().message();
    cr_expect_str_eq(message.c_str(),
                     "try an overlay: set user.overlay.opaque: operation not supported "
                     "(EOPNOTSUPP)");
    cr_expect(sys::names_in(there)->empty());
    ::umount2(chain.path, MNT_DETACH);
}

Test(overlay, takes_500_layers_and_no_more)
{
    Chain chain;
    for (int i = 0; i < 500; ++i)
        chain.add({{Folder, ""}, {File, format("file{}", i), "1"}});
    cr_expect_eq(model::mounted(chain).size(), 501);
    chain.add({{Folder, ""}});
    const auto refused = image::mount_overlay(chain.stack, nullptr, chain.here, "on");
    cr_assert(!refused);
    const std::string message = refused.error().message();
    cr_expect_str_eq(message.c_str(), "501 layers, and an overlay takes no more than 500");
}

Test(overlay, is_private_and_writes_to_its_upper_folder_alone)
{
    Chain chain;
    chain.add({{Folder, ""}, {File, "file", "old"}});
    const sys::Fd upper = model::make_folder(chain.here, "upper");
    const sys::Fd work = model::make_folder(chain.here, "work");
    const image::Upper writes = {.folder = upper, .work = work};
    cr_assert(
        image::mount_overlay(chain.stack, &writes, model::make_folder(chain.here, "on"), "on"));
    const sys::Fd on(::openat(chain.here.get(), "on", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    cr_expect_eq(::unlinkat(on.get(), "file", 0), 0);
    cr_expect_eq(::mkdirat(on.get(), "new", 0700), 0);
    cr_expect_eq(::faccessat(upper.get(), "new", F_OK, 0), 0);
    const auto lower = *sys::read_file(chain.here.get(), "layer0/file", 100);
    cr_expect_str_eq(lower.c_str(), "old");
    const std::string mounts = *sys::read_proc_file(AT_FDCWD, "/proc/self/mountinfo", 1 << 20);
    const auto line = mounts.substr(mounts.find(std::string(chain.path) + "/on"));
    cr_expect(!line.substr(0, line.find('\n')).contains(" shared:"));
    cr_expect_eq(::umount2(format("/proc/self/fd/{}", on.get()).c_str(), MNT_DETACH), 0);
}

Test(overlay, takes_a_layer_that_is_there_twice)
{
    Chain chain;
    chain.add({{Folder, ""}, {Folder, "a"}, {File, "a/x", "1"}});
    chain.add({{Folder, ""}, {Whiteout, "a"}, {File, "b", "2"}});
    chain.stack.push(sys::Fd(::openat(chain.here.get(), "layer0", O_PATH | O_CLOEXEC)));
    const auto right = model::shown(chain.stack);
    cr_expect(right.contains("a/x") && right.contains("b"));
    cr_expect(model::mounted(chain) == right);
}
