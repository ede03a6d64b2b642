// Names that nobody else has.
#pragma once

#include <string>

#include "spec/result.hpp"

namespace sys {

// Twelve hexadecimal digits from getrandom(2).
Result<std::string> random_name();

}  // namespace sys
