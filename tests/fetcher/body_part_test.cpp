// Where the body of a reply begins, and how large the file is said to be.
#include "fetcher/body_part.hpp"

#include <criterion/criterion.h>

using namespace fetcher;

namespace {

HttpReply part(const std::string& range)
{
    return {.status = 206, .headers = {{"content-length", "5"}, {"content-range", range}}};
}

}  // namespace

Test(body_part, a_whole_file_begins_at_its_beginning)
{
    const auto told = body_part({.status = 200, .headers = {{"content-length", "5"}}});
    cr_assert(told);
    cr_expect_eq(told->begin, 0);
    cr_expect_eq(told->whole_size.value_or(0), 5);
    const auto untold = body_part({.status = 200});
    cr_assert(untold);
    cr_expect_not(untold->whole_size);
    const auto rubbish = body_part({.status = 200, .headers = {{"content-length", "5x"}}});
    cr_expect(rubbish && !rubbish->whole_size);
}

Test(body_part, a_part_says_where_it_is)
{
    const auto told = body_part(part("bytes 3-7/8"));
    cr_assert(told);
    cr_expect_eq(told->begin, 3);
    cr_expect_eq(told->whole_size.value_or(0), 8);
    const auto untold = body_part(part("bytes 0-7/*"));
    cr_assert(untold);
    cr_expect_not(untold->whole_size);
}

Test(body_part, what_does_not_say_it_rightly_is_refused)
{
    for (const auto* range :
         {"", "bytes", "bytes ", "bytes */8", "bytes 3-/8", "bytes -7/8", "bytes 3-7", "bytes 3-7/",
          "bytes 7-3/8", "bytes 3-8/8", "bytes 3-7/8 ", "bytes 3-7/x", "bytes 0x3-7/8", "3-7/8",
          "bytes 3-99999999999999999999/*", "bytes +3-7/8", "items 3-7/8"})
        cr_expect_not(body_part(part(range)), "%s", range);
    cr_expect(body_part({.status = 206}).error().doing ==
              "a part of a file comes without a Content-Range");
}
