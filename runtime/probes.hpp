// What a bundle wants of this host, looked for without making anything.
#pragma once

#include <vector>

#include "runtime/plan.hpp"
#include "spec/result.hpp"

namespace runtime {

// All that is missing or of the wrong kind. What only the making can tell is not found here.
std::vector<Error> probe_host(const Bundle& bundle, const Plan& plan);

}  // namespace runtime
