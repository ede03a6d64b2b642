// Layers come into the store: several at once, each by a process of its own, which holds the
// layer's folder under tmp/ meanwhile. Who else wants the same layer waits for it.
#pragma once

#include <vector>

#include "fetcher/progress.hpp"
#include "image/source.hpp"
#include "image/store/store.hpp"

namespace image {

struct LayerPlan {
    spec::Descriptor blob = {};
    spec::Digest diff_id = {};
    spec::Digest chain_id = {};
};

// Returns when all are published, or at the first that fails; then all others are given up. This
// process must have one thread.
Result<> fetch_layers(const Store& store, Source& source, const std::vector<LayerPlan>& layers,
                      fetcher::Progress& progress);

}  // namespace image
