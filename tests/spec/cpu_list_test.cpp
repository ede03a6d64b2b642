#include "spec/cpu_list.hpp"

#include <criterion/criterion.h>

#include <string>

using namespace spec;

static std::string shown(std::string_view text)
{
    const auto list = parse_cpu_list(text);
    std::string all = list ? "" : "none";
    for (const auto& [first, last] : list.value_or(CpuList()))
        all += std::to_string(first) + "-" + std::to_string(last) + " ";
    return all;
}

Test(cpu_list, lists)
{
    cr_assert_eq(shown("0-3,7"), "0-3 7-7 ");
    cr_assert_eq(shown("2"), "2-2 ");
    cr_assert_eq(shown("2, 0 - 1"), "2-2 0-1 ");
    cr_assert_eq(shown("8191"), "8191-8191 ");
}

Test(cpu_list, what_is_none)
{
    for (const char* text : {"", " ", ",", "1,", ",1", "1,,2", "a", "1-", "-1", "3-1", "1-2-3",
                             "1 2", "8192", "99999999999999999999", "0x1", "+1", "1.5", "1-8192"})
        cr_assert_eq(shown(text), "none", "\"%s\"", text);
}
