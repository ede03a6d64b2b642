// Compares texts: Criterion's own macros let temporaries go before they print them.
#pragma once

#include <criterion/criterion.h>

#include <source_location>
#include <string>

inline void expect_same(const std::string& found, const std::string& expected,
                        std::source_location where = std::source_location::current())
{
    cr_expect(found == expected, "line %u\nfound:    %s\nexpected: %s", where.line(), found.c_str(),
              expected.c_str());
}
