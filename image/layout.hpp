// An OCI image layout as a source (image-spec 1.1, image-layout.md): a folder with oci-layout,
// index.json and blobs/.
#pragma once

#include "image/source.hpp"

namespace image {

// `tag` is the annotation org.opencontainers.image.ref.name; where it is empty the layout must hold
// one image alone.
Result<std::unique_ptr<Source>> open_layout(const std::string& folder, const std::string& tag);

}  // namespace image
