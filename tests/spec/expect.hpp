// Compares texts: Criterion's own macros let temporaries go before they print them.
#pragma once

#include <criterion/criterion.h>

#include <source_location>
#include <string>
#include <vector>

#include "spec/result.hpp"

inline void expect_same(const std::string& found, const std::string& expected,
                        std::source_location where = std::source_location::current())
{
    cr_expect(found == expected, "line %u\nfound:    %s\nexpected: %s", where.line(), found.c_str(),
              expected.c_str());
}

// The message without line and column, which are the JSON reader's own.
inline std::string sentence_of(const Error& error)
{
    std::string message = error.message();
    const std::string place = format(":{}:{}", error.place.line, error.place.column);
    if (const auto at = message.find(place); at != message.npos)
        message.erase(at, place.size());
    return message;
}

inline std::string joined(const std::vector<std::string>& words, std::string_view between = " ")
{
    std::string all;
    for (const auto& word : words)
        all += (&word == words.data() ? "" : std::string(between)) + word;
    return all;
}
