// The stack of an image's layers, with what mends each of them with regard to those below.
#pragma once

#include "image/fetch.hpp"
#include "image/stack/stack.hpp"

namespace image {

// The layers that are in the store, from the lowest on, and their fixes, which are made where they
// are missing.
Result<Stack> mended_stack(const Store& store, const std::vector<LayerPlan>& layers);

}  // namespace image
