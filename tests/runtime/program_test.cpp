#include "runtime/program.hpp"

#include <criterion/criterion.h>

Test(program, of_variables_given_more_than_once_the_last_one_stays)
{
    const auto kept = runtime::last_of_each({"A=1", "B=2", "A=3", "AB=4", "B="});
    cr_assert_eq(kept.size(), 3);
    cr_expect_str_eq(kept[0].c_str(), "A=3");
    cr_expect_str_eq(kept[1].c_str(), "AB=4");
    cr_expect_str_eq(kept[2].c_str(), "B=");
}

Test(program, a_config_full_of_variables_takes_no_time, .timeout = 60)
{
    constexpr int most = 400'000;  // as many as 4 MiB of JSON can hold
    std::vector<std::string> environment;
    for (int i = 0; i < most; ++i)
        environment.push_back(format("V{}=", i));
    cr_expect_eq(runtime::last_of_each(environment).size(), most);
}
