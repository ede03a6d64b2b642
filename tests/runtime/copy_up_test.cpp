#include "runtime/copy_up.hpp"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <string>

#include "sys/file.hpp"

namespace {

struct Folders {
    char from_path[32] = "/tmp/copy_up.XXXXXX";
    char to_path[32] = "/tmp/copy_up.XXXXXX";
    sys::Fd from, to;

    Folders()
    {
        cr_assert(::mkdtemp(from_path) && ::mkdtemp(to_path));
        from = sys::Fd(::open(from_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        to = sys::Fd(::open(to_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
};

}  // namespace

Test(copy_up, attributes_come_along_and_survive_the_change_of_the_owner)
{
    const Folders folders;
    // cap_net_raw, permitted and effective (capabilities(7), "File capability extended attribute").
    const unsigned char capability[20] = {1, 0, 0, 2, 0, 0x20};
    const sys::Fd file(::openat(folders.from.get(), "ping", O_CREAT | O_RDWR | O_CLOEXEC, 0755));
    cr_assert_eq(::fchown(file.get(), 7, 8), 0);
    cr_assert_eq(::fsetxattr(file.get(), "security.capability", capability, sizeof capability, 0),
                 0);
    cr_assert_eq(::mkdirat(folders.from.get(), "sub", 0700), 0);
    const sys::Fd sub(::openat(folders.from.get(), "sub", O_RDONLY | O_CLOEXEC));
    cr_assert_eq(::fsetxattr(sub.get(), "trusted.word", "yes", 3, 0), 0);

    const auto copied = runtime::copy_up(folders.from, folders.to, "");
    cr_assert(copied, "%s", copied ? "" : copied.error().message().c_str());

    unsigned char value[64] = {};
    const std::string ping = std::string(folders.to_path) + "/ping";
    cr_expect_eq(::getxattr(ping.c_str(), "security.capability", value, sizeof value), 20);
    cr_expect_arr_eq(value, capability, 20);
    struct stat status = {};
    cr_assert_eq(::stat(ping.c_str(), &status), 0);
    cr_expect(status.st_uid == 7 && status.st_gid == 8);
    const std::string folder = std::string(folders.to_path) + "/sub";
    cr_expect_eq(::getxattr(folder.c_str(), "trusted.word", value, sizeof value), 3);
}

Test(copy_up, what_the_options_say_of_the_root_stays)
{
    const Folders folders;
    cr_assert_eq(::fchown(folders.from.get(), 7, 8), 0);
    cr_assert_eq(::fchmod(folders.from.get(), 0711), 0);
    struct stat status = {};
    cr_assert(runtime::copy_up(folders.from, folders.to, "size=1m,uid=0,mode=700"));
    cr_assert_eq(::fstat(folders.to.get(), &status), 0);
    cr_expect(status.st_uid == 0 && (status.st_mode & 07777) == 0700);
    cr_assert(runtime::copy_up(folders.from, folders.to, "size=1m"));
    cr_assert_eq(::fstat(folders.to.get(), &status), 0);
    cr_expect(status.st_uid == 7 && (status.st_mode & 07777) == 0711);
}
