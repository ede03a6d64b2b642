// What a layer's tar means (image-spec 1.1, layer.md): its entries, and what it removes from the
// layers below it, as an overlay wants to have that.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "fetcher/limits.hpp"
#include "image/layer/open_ends.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

struct Applied {
    std::uint64_t entries = 0;
    OpenEnds ends = {};
    std::vector<std::string> notices = {};
};

// Writes the layer whose tar is the stream `tar` into the empty folder `root`, and reads the stream
// to its end. Meant for a confined child (fetcher/confine.hpp): the umask must be 0.
Result<Applied> apply_layer(int tar, sys::Fd root, const fetcher::Limits& limits);

}  // namespace image
