// As much of a bundle's config.json as the shim needs; what it is worth, `runtime` says.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "spec/result.hpp"

namespace shim {

struct BundleConfig {
    bool terminal = false;
    uid_t uid = 0;
    gid_t gid = 0;
    std::optional<int> stop_signal = {};  // of the image
};

Result<BundleConfig> read_bundle_config(const std::string& bundle);

}  // namespace shim
