// What config.json can ask for and this runtime does not carry out yet: refused by name, never
// ignored. JSON pointers as spec::read_config takes them.
#pragma once

#include <string_view>

namespace runtime {

inline constexpr std::string_view kRefused[] = {
    "/linux/intelRdt",
};

}  // namespace runtime
