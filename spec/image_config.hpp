// The config of an image (image-spec 1.1, config.md; Docker's is the same): what it was made for,
// how it is to be run, and which layers it has.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/digest.hpp"
#include "spec/json_map.hpp"
#include "spec/platform.hpp"
#include "spec/result.hpp"

namespace spec {

// Absent, null and empty mean the same everywhere.
struct ImageConfig {
    Platform platform = {};
    std::string os_version = {};
    std::vector<std::string> os_features = {};
    std::string author = {};
    std::string created = {};                     // as it is written
    std::string user = {};                        // USER[:GROUP], names or numbers (spec/users.hpp)
    std::vector<std::string> exposed_ports = {};  // 80, 80/tcp; in order
    std::vector<std::string> env = {};            // NAME=value
    std::vector<std::string> entrypoint = {};
    std::vector<std::string> cmd = {};
    std::vector<std::string> volumes = {};  // as they are written; in order
    std::string working_dir = {};
    Map<std::string> labels = {};
    std::string stop_signal = {};       // as it is written: SIGTERM, 15
    std::vector<Digest> diff_ids = {};  // of the layers, the lowest first
};

// `history`, Healthcheck, Shell, OnBuild, ArgsEscaped, Memory and all unknown properties are no
// matter of running. `name` stands in front of messages.
Result<ImageConfig> read_image_config(std::string_view text, std::string_view name);

// A manifest of `layers` layers fits only a config with as many diff_ids.
Result<> check_layers(const ImageConfig& config, std::size_t layers);

// The chain id of the lowest layer is its diff_id; of each other one it is the digest of this text
// (config.md, "Layer ChainID").
std::string chain_text(const Digest& chain_below, const Digest& diff_id);

}  // namespace spec
