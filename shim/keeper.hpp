// The keeper: the process between a shim and its container. It is the parent of the container's
// first process, so it learns how that ends whatever becomes of the shim; and where the shim dies
// it makes a new one.
#pragma once

#include "shim/container.hpp"

namespace shim {

// Forks one. The shim's channel to it is container.other.
Result<> hire_keeper(Container& container);

}  // namespace shim
