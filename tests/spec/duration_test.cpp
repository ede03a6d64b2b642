#include "spec/duration.hpp"

#include <criterion/criterion.h>

static std::uint64_t ms(std::string_view word)
{
    spec::Duration duration;
    return spec::read_word(word, duration) ? duration.ms : UINT64_MAX;
}

Test(duration, has_a_unit_or_is_seconds)
{
    cr_expect_eq(ms("500ms"), 500);
    cr_expect_eq(ms("10s"), 10'000);
    cr_expect_eq(ms("10"), 10'000);
    cr_expect_eq(ms("0"), 0);
    cr_expect_eq(ms("2m"), 120'000);
    cr_expect_eq(ms("1h"), 3'600'000);
}

Test(duration, anything_else_is_refused)
{
    for (const auto* word : {"", "s", "-1s", "1.5s", "1d", "1 s", "99999999999999999999s", "9000h"})
        cr_expect_eq(ms(word), UINT64_MAX, "%s", word);
    spec::Duration duration;
    cr_expect(spec::read_word("1d", duration).error().doing ==
              "\"1d\" is not a time like 10s, 500ms, 2m, 1h or a number of seconds");
    for (const auto* word : {"9000h", "99999999999999999999s"})
        cr_expect(spec::read_word(word, duration).error().doing ==
                  format("\"{}\" is longer than a year", word));
}
