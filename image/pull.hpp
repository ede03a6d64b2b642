// Brings an image into the store: what its name means, its config, and the layers that are not
// there yet.
#pragma once

#include <vector>

#include "image/fetch.hpp"
#include "image/store/store.hpp"
#include "image/verbs.hpp"
#include "spec/reference.hpp"

namespace image {

// By the pull's options of a command line. The digest of what the name means: of the index, if
// there is one.
Result<spec::Digest> pull(const Store& store, const spec::ImageName& name, const Options& options);

// The layers with their chain ids (image-spec 1.1, config.md, "Layer ChainID").
std::vector<LayerPlan> plan_layers(const std::vector<spec::Descriptor>& blobs,
                                   const std::vector<spec::Digest>& diff_ids);

}  // namespace image
