#include "spec/text.hpp"

#include <criterion/criterion.h>

Test(text, utf8_ends_where_rfc_3629_says)
{
    cr_assert_eq(spec::utf8_length(""), 0u);
    cr_assert_eq(spec::utf8_length("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\xB3\xF4\x8F\xBF\xBF"), 14u);
    for (const char* bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80",
          "\xE2\x82", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"})
        cr_assert_eq(spec::utf8_length(bad), 0u, "%s", spec::quoted(bad).c_str());
}

Test(text, what_a_terminal_would_obey_is_shown_escaped)
{
    const std::string shown = spec::quoted("a\n\x1b[31m\x7f\xC2\x9B\xC3\xA9");
    cr_assert_str_eq(shown.c_str(), "\"a\\n\\x1b[31m\\x7f\\u009b\xC3\xA9\"");
}

Test(text, a_long_value_is_cut_between_characters)
{
    const std::string shown = spec::shown(std::string(79, 'x') + "\xC3\xA9rest");
    const std::string expected = std::string(79, 'x') + "...";
    cr_assert_str_eq(shown.c_str(), expected.c_str());
}

Test(text, keys_fold_as_go_folds_them)
{
    for (const char* key : {"noNewPrivileges", "NONEWPRIVILEGES", "noNewPrivilege\u017F"}) {
        const std::string folded = spec::case_folded(key);
        cr_assert_str_eq(folded.c_str(), "nonewprivileges");
    }
    const std::string kelvin = spec::case_folded("ma\u017F\u212AedPaths");
    cr_assert_str_eq(kelvin.c_str(), "maskedpaths");
}

Test(text, half_a_surrogate_pair_is_found)
{
    for (const char* good :
         {"\"\"", "\"a\\n\\\\ud800\"", "\"\\ud83d\\udc33\"", "\"\\uE000\\u00e9\""})
        cr_assert(!spec::lone_surrogate(good), "%s", good);
    for (const char* bad : {"\"\\ud83d\"", "\"\\udc33\"", "\"\\ud83d\\u0041\"", "\"\\ud83dx\"",
                            "\"\\ud83d\\ud83d\\udc33\"", "\"\\ud83d\\n\""})
        cr_assert(spec::lone_surrogate(bad), "%s", bad);
}
