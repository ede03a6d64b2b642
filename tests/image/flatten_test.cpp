#include "image/stack/flatten.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/image/layer_shown.hpp"

using enum model::Kind;
using model::Chain;

// One more file, by hand.
static sys::Fd make_file(const Chain& chain, const char* path)
{
    return sys::Fd(::openat(chain.here.get(), path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0644));
}

Test(flatten, holes_stay_holes)
{
    Chain chain;
    chain.add({{Folder, ""}});
    const sys::Fd file = make_file(chain, "layer0/file");
    constexpr off_t size = 1L << 40;
    cr_assert_eq(::ftruncate(file.get(), size), 0);
    cr_assert_eq(::pwrite(file.get(), "middle", 6, 1L << 30), 6);
    const sys::Fd into = model::make_folder(chain.here, "flat");
    cr_assert(image::flatten(chain.stack, into));
    struct stat status = {};
    cr_assert_eq(::fstatat(chain.here.get(), "flat/file", &status, 0), 0);
    cr_expect_eq(status.st_size, size);
    cr_expect_lt(status.st_blocks, 1000);
    const sys::Fd flat(::openat(chain.here.get(), "flat/file", O_RDONLY | O_CLOEXEC));
    char text[7] = {};
    cr_assert_eq(::pread(flat.get(), text, 6, 1L << 30), 6);
    cr_expect_str_eq(text, "middle");
}

Test(flatten, attributes_come_along_without_those_of_overlays)
{
    // cap_net_raw, permitted and effective (capabilities(7), "File capability extended attribute").
    const unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
    Chain chain;
    chain.add({{Folder, ""}, {.kind = File, .path = "ping", .text = "1", .mode = 0755, .uid = 7}});
    chain.add({{Folder, ""}, {Folder, "a"}, {Opaque, "a"}});
    const sys::Fd ping(::openat(chain.here.get(), "layer0/ping", O_RDONLY | O_CLOEXEC));
    cr_assert_eq(::fsetxattr(ping.get(), "security.capability", capability, sizeof capability, 0),
                 0);
    const sys::Fd flat = model::make_folder(chain.here, "flat");
    cr_assert(image::flatten(chain.stack, flat));
    const sys::Fd copy(::openat(flat.get(), "ping", O_RDONLY | O_CLOEXEC));
    unsigned char value[64] = {};
    cr_expect_eq(::fgetxattr(copy.get(), "security.capability", value, sizeof value), 20);
    cr_expect_arr_eq(value, capability, 20);
    const sys::Fd a(::openat(flat.get(), "a", O_RDONLY | O_CLOEXEC));
    cr_expect_eq(::flistxattr(a.get(), nullptr, 0), 0);
}

Test(flatten, neither_depth_nor_width_needs_descriptors)
{
    Chain chain;
    std::string path = "d";
    for (int i = 0; i < 100; ++i)
        path += "/d";
    for (int i = 0; i < 20; ++i)
        chain.add({{File, path + format("/{}", i), "1"}});
    const rlimit few = {.rlim_cur = 80, .rlim_max = 80};
    cr_assert_eq(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const sys::Fd flat = model::make_folder(chain.here, "flat");
    const auto done = image::flatten(chain.stack, flat);
    cr_assert(done, "%s", done ? "" : done.error().message().c_str());
    cr_expect_eq(::faccessat(flat.get(), (path + "/19").c_str(), F_OK, 0), 0);
}

Test(flatten, nothing_is_written_through_a_symlink)
{
    Chain chain;
    chain.add({{File, "outside", "safe"}});
    chain.add({{Symlink, "a", "../layer0"}, {Symlink, "b", "/etc/passwd"}});
    chain.add({{Whiteout, "a"}, {Folder, "a"}, {File, "a/outside", "changed"}});
    const auto lines = model::flattened(chain);
    cr_expect(lines.contains("a/outside") && lines.contains("b"));
    const auto safe = *sys::read_file(chain.here.get(), "layer0/outside", 100);
    cr_expect_str_eq(safe.c_str(), "safe");
}
