// A length of time as a person writes it: `10s`, `500ms`, `2m`, `1h`; a number alone is seconds.
#pragma once

#include <cstdint>
#include <string_view>

#include "spec/result.hpp"

namespace spec {

struct Duration {
    std::uint64_t ms = 0;
};

// A word of the command line (spec/options.hpp). A year is the most.
Result<> read_word(std::string_view word, Duration& into);

}  // namespace spec
