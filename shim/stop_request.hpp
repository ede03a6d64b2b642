// How anybody has a container stopped: by a file in the shim's folder. Whoever guards the container
// sees it, a shim that takes over in the middle of it too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace shim {

inline constexpr const char* kStopFile = "stop";

struct StopRequest {
    std::int32_t signal = 15;
    std::uint64_t timeout_ms = 10'000;  // then SIGKILL
};

Result<> write_stop_request(const sys::Fd& folder, const StopRequest& request);
Result<std::optional<StopRequest>> read_stop_request(const sys::Fd& folder);

}  // namespace shim
