// A registry as a source (distribution-spec 1.1, pull).
#pragma once

#include "image/source.hpp"
#include "spec/pull_options.hpp"

namespace image {

// Credentials go to the registry itself, and to a token server that belongs to it.
Result<std::unique_ptr<Source>> open_registry(const spec::Reference& reference,
                                              const spec::PullOptions& options);

}  // namespace image
