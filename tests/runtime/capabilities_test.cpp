#include "runtime/capabilities.hpp"

#include <criterion/criterion.h>
#include <linux/capability.h>

Test(capabilities, words_become_bits_and_unknown_ones_are_named_once)
{
    std::vector<std::string> unknown;
    const auto sets = runtime::plan_capabilities(
        {.bounding = {"CAP_CHOWN", "CAP_KILL", "CAP_MOON", "cap_kill", "9"},
         .ambient = {"CAP_MOON", "CAP_CHECKPOINT_RESTORE"}},
        unknown);
    cr_expect_eq(sets.bounding, 1ULL << CAP_CHOWN | 1ULL << CAP_KILL);
    cr_expect_eq(sets.ambient, 1ULL << CAP_CHECKPOINT_RESTORE);
    cr_expect_eq(sets.permitted, 0);
    cr_assert_eq(unknown.size(), 3);
    cr_expect_str_eq(unknown[0].c_str(), "CAP_MOON");
    cr_expect_str_eq(unknown[1].c_str(), "cap_kill");
    cr_expect_str_eq(unknown[2].c_str(), "9");
}

Test(capabilities, bits_become_words)
{
    const std::string some = runtime::capability_words(1ULL << CAP_CHOWN | 1ULL << CAP_SYS_ADMIN);
    cr_expect_str_eq(some.c_str(), "CAP_CHOWN, CAP_SYS_ADMIN");
    const std::string none = runtime::capability_words(0);
    cr_expect_str_eq(none.c_str(), "none");
}

Test(capabilities, what_is_held_is_granted)
{
    constexpr std::uint64_t all = ~0ULL;
    const runtime::CapabilitySets asked = {.bounding = 0b1111,
                                           .permitted = 0b111,
                                           .effective = 0b11,
                                           .inheritable = 0b11,
                                           .ambient = 1};
    const auto granted = runtime::grantable(asked, {.bounding = all, .permitted = all});
    cr_expect(granted == asked);
    cr_expect(runtime::left_out(asked, granted).empty());
}

Test(capabilities, what_is_not_held_is_left_out_of_every_set_and_named)
{
    constexpr std::uint64_t chown = 1ULL << CAP_CHOWN, kill = 1ULL << CAP_KILL,
                            raw = 1ULL << CAP_NET_RAW;
    const runtime::CapabilitySets asked = {.bounding = chown | kill | raw,
                                           .permitted = chown | kill,
                                           .effective = chown | kill,
                                           .inheritable = kill,
                                           .ambient = kill};
    const auto granted =
        runtime::grantable(asked, {.bounding = chown | kill, .permitted = chown | raw});
    const runtime::CapabilitySets left = {
        .bounding = chown | kill, .permitted = chown, .effective = chown};
    cr_expect(granted == left);
    const std::string lost = runtime::left_out(asked, granted);
    cr_expect_str_eq(lost.c_str(),
                     "bounding CAP_NET_RAW; permitted CAP_KILL; effective CAP_KILL; "
                     "inheritable CAP_KILL; ambient CAP_KILL");
}

Test(capabilities, a_set_grants_no_more_than_the_sets_that_the_kernel_holds_it_to)
{
    constexpr std::uint64_t all = ~0ULL;
    const runtime::CapabilitySets held = {.bounding = all, .permitted = all, .inheritable = 0b1000};
    // Effective needs permitted; inheritable the bounding set, unless it was inheritable before;
    // ambient both permitted and inheritable.
    const auto granted = runtime::grantable({.bounding = 0b0001,
                                             .permitted = 0b0101,
                                             .effective = 0b0110,
                                             .inheritable = 0b1011,
                                             .ambient = 0b1111},
                                            held);
    cr_expect_eq(granted.effective, 0b0100);
    cr_expect_eq(granted.inheritable, 0b1001);
    cr_expect_eq(granted.ambient, 0b0001);
}
