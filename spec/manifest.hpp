// What a registry or a layout says of an image: descriptors, manifests, indexes (image-spec 1.1:
// descriptor.md, manifest.md, image-index.md; Docker's manifest v2, schema 2, is the same by other
// names).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
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

using Document = std::variant<Manifest, Index>;

// What may be asked for, in this order (the header "Accept").
inline constexpr std::string_view kDocumentTypes[] = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
};

// Whether a descriptor is of a manifest or an index: an index may have others, to be passed over.
bool is_document(std::string_view media_type);

// Its content decides what a text is. `told` is what the Content-Type or the descriptor says of it,
// empty where nobody says: a text that could be read in two ways, or that is not what was told, is
// refused (CVE-2021-41190), and so is what cannot be run as a container. The media type of the
// result is always one of kDocumentTypes. `name` stands in front of messages.
Result<Document> read_document(std::string_view text, std::string_view name,
                               std::string_view told = {});

}  // namespace spec
