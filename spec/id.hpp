// What a container may be called.
#pragma once

#include <string_view>

#include "spec/result.hpp"

namespace spec {

// [A-Za-z0-9_+-][A-Za-z0-9_+.-]*, at most 255 bytes: a name that can be nothing but a name.
Result<> check_id(std::string_view id);

}  // namespace spec
