// How often something that has failed is tried again.
#pragma once

#include <cstdint>

#include "spec/duration.hpp"

namespace spec {

struct RetryRules {
    std::uint32_t times = 3;         // after the first try; 0: never
    Duration delay = {.ms = 1'000};  // before the second try, then twice as long each time
};

}  // namespace spec
