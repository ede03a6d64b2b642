// Waiting for the end of a container, whoever guards it and whatever becomes of them.
#pragma once

#include <chrono>
#include <optional>

#include "shim/existing.hpp"

namespace shim {

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

Deadline after(const std::optional<spec::Duration>& timeout);

struct Ended {
    spec::ExitRecord record = {};
    std::string left = {};  // why something of it could not be cleared away, or empty
};

// The record of its end, once all of it is cleared away; nothing when the time is over before. A
// container that was left without guards is recovered on the way.
Result<std::optional<Ended>> await_end(const Places& places, const std::string& id,
                                       Deadline deadline);

}  // namespace shim
