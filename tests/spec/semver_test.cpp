#include "spec/semver.hpp"

#include <criterion/criterion.h>

#include <string>

using spec::parse_semver;

Test(semver, reads_all_five_parts)
{
    const auto version = parse_semver("1.20.3-rc.1-x+5114f85.007");
    cr_assert(version.has_value());
    cr_assert_eq(version->major, 1u);
    cr_assert_eq(version->minor, 20u);
    cr_assert_eq(version->patch, 3u);
    const std::string pre_release(version->pre_release);
    const std::string build(version->build);
    cr_assert_str_eq(pre_release.c_str(), "rc.1-x");
    cr_assert_str_eq(build.c_str(), "5114f85.007");
}

// From the suite on semver.org.
Test(semver, reads_what_semver_org_calls_valid)
{
    for (const char* text :
         {"0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.1.2+meta", "1.1.2+meta-valid",
          "1.0.0-alpha", "1.0.0-alpha.beta.1", "1.0.0-alpha0.valid", "1.0.0-rc.1+build.1",
          "1.2.3----RC-SNAPSHOT.12.9.1--.12+788", "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
          "99999999999999999999999.999999999999999999.99999999999999999", "1.0.0-0A.is.legal",
          "0.5.0-dev", "1.0.2-dev"})
        cr_assert(parse_semver(text).has_value(), "%s", text);
}

Test(semver, refuses_what_semver_org_calls_invalid)
{
    for (const char* text : {"",
                             "1",
                             "1.2",
                             "1.2.3.4",
                             "1.0",
                             "v1.2.3",
                             "1.2.3-0123",
                             "1.2.3-0123.0123",
                             "1.1.2+.123",
                             "+invalid",
                             "-invalid",
                             "alpha.beta",
                             "1.0.0-alpha_beta",
                             "1.0.0-alpha..",
                             "1.0.0-alpha..1",
                             "01.1.1",
                             "1.01.1",
                             "1.1.01",
                             "1.2.3.DEV",
                             "1.2-SNAPSHOT",
                             "1.2.3-",
                             "1.2.3+",
                             "1.2.3-+a",
                             "1.2.3+a+b",
                             "-1.0.3-gamma+b7718",
                             "1.2.3 ",
                             " 1.2.3",
                             "1.2.3-a.",
                             "1..3",
                             "a.b.c",
                             "9.8.7+meta+meta"})
        cr_assert(!parse_semver(text).has_value(), "%s", text);
}

Test(semver, numbers_past_64_bits_stay_large)
{
    cr_assert_eq(parse_semver("18446744073709551616.0.0")->major, UINT64_MAX);
}
