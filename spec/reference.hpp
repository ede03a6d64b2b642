// Names of images: Docker's references (github.com/distribution/reference) with their normal form,
// and the places that an image is taken from.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "spec/digest.hpp"
#include "spec/result.hpp"

namespace spec {

// The most bytes of domain, slash and path together.
inline constexpr std::size_t kRepositoryMost = 255;
inline constexpr std::size_t kTagMost = 128;

// In normal form: "alpine" is docker.io, library/alpine, latest.
struct Reference {
    std::string domain = {};            // may have a port: localhost:5000, [::1]:5000
    std::string path = {};              // library/alpine
    std::string tag = {};               // empty only where there is a digest
    std::optional<Digest> digest = {};  // decides where there is a tag too

    std::string repository() const;     // docker.io/library/alpine
    std::string text() const;           // docker.io/library/alpine:latest@sha256:...
    std::string_view registry() const;  // host and port to ask: registry-1.docker.io
    friend bool operator==(const Reference&, const Reference&) = default;
};

// The first component of a path is a domain if it holds a dot, a colon or an upper case letter or
// is "localhost"; else the domain is docker.io.
Result<Reference> read_reference(std::string_view text);

// An image layout (image-spec 1.1, image-layout.md) in a folder.
struct LayoutName {
    std::string folder = {};
    std::string tag = {};  // of org.opencontainers.image.ref.name; empty: the only image there is
    friend bool operator==(const LayoutName&, const LayoutName&) = default;
};

using ImageName = std::variant<Reference, LayoutName>;

// docker://REFERENCE, REFERENCE alone, or oci:FOLDER[:TAG], where what follows the last colon is a
// tag if it holds no "/". The other transports of skopeo and podman are refused by name.
Result<ImageName> read_image_name(std::string_view text);

// read_image_name() reads it back.
std::string text_of(const ImageName& name);

}  // namespace spec
