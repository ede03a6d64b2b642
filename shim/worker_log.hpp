// What programs that work for the shim have told in their log: lines of sys::log_line().
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace shim {

inline constexpr std::size_t kWorkerLogMost = std::size_t{1} << 20;  // bytes

// What became of `program`, which ended with `status` (as a shell tells it): its last error. The
// name is what stands before that.
Result<> result_of(std::string_view name, const std::string& program, int status,
                   std::string_view log);

}  // namespace shim
