// How a container ended.
#pragma once

#include "shim/container.hpp"

namespace shim {

spec::ExitRecord exit_record(const Container& container);

// As a shell tells it; 125 where nobody knows it.
int exit_code(const Container& container);
int exit_code(const spec::ExitRecord& record);

}  // namespace shim
