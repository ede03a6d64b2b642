// An amount of memory as a person writes it: `32m`, `1.5g`, in powers of 1024; a number alone is
// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "spec/result.hpp"

namespace spec {

struct Size {
    std::uint64_t bytes = 0;  // at most INT64_MAX
};

// A word of the command line (spec/options.hpp). Units are b, k, m, g, t, p, in either case; what
// may follow them (`kb`, `KiB`) changes nothing, as in Docker.
Result<> read_word(std::string_view word, Size& into);

// `number` (12, 0.5) times `unit`, rounded down; nothing where it is no number or past INT64_MAX.
std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t unit);

}  // namespace spec
