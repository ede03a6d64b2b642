// Names that nobody else has, and numbers that nobody foresees.
#pragma once

#include <cstdint>
#include <string>

#include "spec/result.hpp"

namespace sys {

// Twelve hexadecimal digits from getrandom(2).
Result<std::string> random_name();

Result<std::uint32_t> random_bits();

}  // namespace sys
