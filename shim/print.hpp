// What a verb answers, on standard output.
#pragma once

#include <string_view>

#include "spec/result.hpp"

namespace shim {

Result<> print(std::string_view text);

}  // namespace shim
