// Brings an image into the store: what its name means, its config, and the layers that are not
// there yet.
#pragma once

#include <optional>

#include "fetcher/progress.hpp"
#include "image/fetch.hpp"
#include "image/registry.hpp"
#include "image/source.hpp"
#include "image/store/store.hpp"
#include "spec/image_config.hpp"
#include "spec/platform.hpp"

namespace image {

struct Pull {
    const Store& store;
    spec::ImageName name;
    spec::Platform platform;
    RegistryOptions registry;
    fetcher::Progress& progress;

    // Each step adds to these.
    std::unique_ptr<Source> source = {};
    Document top = {};       // what the name means
    Document document = {};  // the manifest for the platform
    spec::Descriptor config_blob = {};
    std::string config_text = {};
    spec::ImageConfig config = {};
    std::vector<LayerPlan> layers = {};
    std::optional<WorkFolder> lease = {};  // while it is ours, no layer is swept away
    std::string lease_name = {};
    std::vector<std::string> objects = {};
};

// Afterwards `top` and the rest tell what came.
Result<> pull(Pull& pull);

// The layers with their chain ids (image-spec 1.1, config.md, "Layer ChainID").
std::vector<LayerPlan> plan_layers(const std::vector<spec::Descriptor>& blobs,
                                   const std::vector<spec::Digest>& diff_ids);

}  // namespace image
