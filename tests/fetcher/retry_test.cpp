// Which failures are worth another try, and when it comes.
#include "fetcher/retry.hpp"

#include <criterion/criterion.h>

#include <vector>

using namespace fetcher;

namespace {

constexpr Setback kBroken = {.failure = HttpFailure::Connection};

using Waits = std::vector<std::uint64_t>;  // in milliseconds, until it is given up

Waits waits(const RetryRules& rules, const Setback& setback, std::uint32_t random)
{
    Retry retry(rules);
    Waits all;
    while (const auto wait = retry.after(setback, random))
        all.push_back(wait->ms);
    cr_expect_eq(retry.tries(), all.size() + 1);
    return all;
}

}  // namespace

Test(retry, only_what_may_pass_by_itself_is_tried_again)
{
    cr_expect(may_pass(kBroken));
    for (const auto failure : {HttpFailure::Tls, HttpFailure::Other})
        cr_expect_not(may_pass({.failure = failure, .status = 503}));
    for (const long status : {408, 425, 429, 500, 502, 503, 504, 522, 599})
        cr_expect(may_pass({.status = status}), "%ld", status);
    for (const long status : {0, 200, 206, 301, 400, 401, 403, 404, 416, 501, 505})
        cr_expect_not(may_pass({.status = status}), "%ld", status);
}

Test(retry, each_wait_is_twice_the_one_before_less_up_to_a_half)
{
    const RetryRules rules = {.times = 4, .delay = {1'000}};
    cr_expect((waits(rules, kBroken, 0) == Waits{500, 1'000, 2'000, 4'000}));
    cr_expect((waits(rules, kBroken, UINT32_MAX) == Waits{999, 1'999, 3'999, 7'999}));
}

Test(retry, no_wait_is_longer_than_a_minute)
{
    const auto all = waits({.times = 100, .delay = {50'000}}, kBroken, UINT32_MAX);
    cr_assert_eq(all.size(), 100);
    cr_expect_eq(all[0], 49'999);
    for (std::size_t i = 1; i < all.size(); ++i)
        cr_expect_eq(all[i], 59'999);
    cr_expect((waits({.times = 1, .delay = {UINT64_MAX}}, kBroken, 0) == Waits{30'000}));
}

Test(retry, what_the_server_asks_for_is_waited_up_to_the_most)
{
    const RetryRules rules = {.times = 1, .delay = {1'000}};
    const auto asked = [&](std::uint64_t ms) {
        return waits(rules, {.status = 429, .retry_after = {ms}}, 0)[0];
    };
    cr_expect_eq(asked(7'000), 7'000);
    cr_expect_eq(asked(1), 500, "sooner than our own wait is no wish");
    cr_expect_eq(asked(3'600'000), kPauseMost.ms);
    cr_expect_eq(asked(UINT64_MAX), kPauseMost.ms);
}

Test(retry, may_be_forbidden_and_need_not_wait)
{
    cr_expect((waits({.times = 0}, kBroken, 0).empty()));
    cr_expect((waits({.times = 2, .delay = {0}}, kBroken, 0) == Waits{0, 0}));
    cr_expect((waits({}, {.status = 404}, 0).empty()));
}

Test(retry, a_try_that_brings_something_begins_the_count_anew)
{
    Retry retry({.times = 1, .delay = {1'000}});
    const Setback far = {.failure = HttpFailure::Connection, .brought = kProgress};
    const Setback near = {.failure = HttpFailure::Connection, .brought = kProgress - 1};
    for (int i = 0; i < 100; ++i)
        cr_expect_eq(retry.after(far, 0).value_or(spec::Duration()).ms, 500);
    cr_expect_not(retry.after(near, 0));
    cr_expect_eq(retry.tries(), 101);
}
