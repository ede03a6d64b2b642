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
