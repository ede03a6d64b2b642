#include "sys/self.hpp"

#include <criterion/criterion.h>
#include <fcntl.h>

#include "sys/file.hpp"

static std::string path_of(const sys::Fd& file)
{
    return format("/proc/self/fd/{}", file.get());
}

static std::string text_of(const std::string& path)
{
    const auto text = sys::read_file(AT_FDCWD, path, std::size_t{1} << 30);
    cr_assert(text);
    return *text;
}

Test(self, a_program_in_an_ordinary_place_is_writable)
{
    cr_expect(!*sys::own_file_is_unwritable());
}

Test(self, its_mount_cannot_be_written_to)
{
    const auto file = sys::mount_own_file();
    cr_assert(file);
    cr_expect_eq(::access(path_of(*file).c_str(), W_OK), -1);
    cr_expect_eq(errno, EROFS);
}

Test(self, its_copy_is_whole_and_cannot_be_written_to)
{
    const auto copy = sys::copy_own_file();
    cr_assert(copy);
    const auto opened = sys::open_at(AT_FDCWD, path_of(*copy), O_WRONLY);
    cr_assert(opened);
    const auto written = sys::write_all(opened->get(), "evil");
    cr_assert(!written);
    cr_expect_eq(written.error().code, EPERM);
    cr_expect(text_of(path_of(*copy)) == text_of("/proc/self/exe"));
}
