#include "runtime/no_pivot.hpp"

#include <criterion/criterion.h>

Test(no_pivot, mounts_have_numbers_and_a_path_with_its_blanks)
{
    const auto mounts = runtime::parse_mounts(
        "22 1 0:21 / / rw,relatime shared:1 - overlay box rw\n"
        "23 22 0:22 /a\\040b /m\\040n\\134\\011o\\9 rw - proc proc rw\n");
    cr_assert(mounts && mounts->size() == 2);
    cr_expect(mounts->at(0).id == 22 && mounts->at(0).parent == 1 && mounts->at(0).path == "/");
    cr_expect(mounts->at(1).id == 23 && mounts->at(1).parent == 22);
    cr_expect(mounts->at(1).path == "/m n\\\to\\9");
}

Test(no_pivot, what_is_no_line_is_an_error)
{
    for (const char* text : {"\n", "a 1 0:1 / / rw", "1 b 0:1 / / rw", "1 2 0:1 /", "1 2 0:1 / x"})
        cr_expect(!runtime::parse_mounts(text), "%s", text);
}
