// What a registry or a layout says of an image: descriptors, manifests, indexes (image-spec 1.1:
// descriptor.md, manifest.md, image-index.md; Docker's manifest v2, schema 2, is the same by other
// names).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/digest.hpp"
#include "spec/json_map.hpp"
#include "spec/platform.hpp"
#include "spec/result.hpp"

namespace spec {

// The largest manifest, index or config that is read, in bytes (CVE-2020-1702).
inline constexpr std::size_t kManifestMost = std::size_t{4} << 20;
// The most layers of an image: overlay mounts no more (fs/overlayfs/params.h).
inline constexpr std::size_t kLayersMost = 500;

struct Descriptor {
    std::string media_type = {};
    Digest digest = {};
    std::uint64_t size = 0;  // in bytes, at most INT64_MAX
    std::optional<Platform> platform = {};
    Map<std::string> annotations = {};
};

struct Manifest {
    std::string media_type = {};
    Descriptor config = {};
    std::vector<Descriptor> layers = {};  // the lowest first
    Map<std::string> annotations = {};
};

struct Index {
    std::string media_type = {};
    std::vector<Descriptor> manifests = {};
    Map<std::string> annotations = {};
};

}  // namespace spec
