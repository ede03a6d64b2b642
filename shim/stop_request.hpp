// How anybody has a container stopped: by a file in the shim's folder, and a connection to its
// socket, which wakes the shim. A shim that takes over in the middle of it sees the file, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace shim {

inline constexpr const char* kStopFile = "stop";
inline constexpr const char* kControlSocket = "ctl.sock";

struct StopRequest {
    std::int32_t signal = 15;
    std::uint64_t timeout_ms = 10'000;  // then SIGKILL
};

// Where nobody listens at this time the file is seen later; who says it again wakes a successor.
Result<> write_stop_request(const sys::Fd& folder, const StopRequest& request);
Result<std::optional<StopRequest>> read_stop_request(const sys::Fd& folder);

}  // namespace shim
