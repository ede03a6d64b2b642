// Where an image comes from: it gives documents by tag or digest, and blobs as they are stored.
// What it says is believed only after it was verified here.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "spec/manifest.hpp"
#include "spec/reference.hpp"
#include "spec/result.hpp"

namespace image {

// A manifest or an index: its bytes, and what the source says that they are (empty: nothing).
struct Document {
    std::string text = {};
    std::string media_type = {};
    spec::Digest digest = {};  // of `text`
};

// Takes bytes in their order; an error stops the source.
using Sink = std::function<Result<>(std::span<const std::byte>)>;

class Source {
public:
    virtual ~Source() = default;

    // What the image's name means.
    virtual Result<Document> resolve() = 0;

    // A document of the same image, by digest: verified, and at most spec::kManifestMost bytes.
    virtual Result<Document> document(const spec::Descriptor& descriptor) = 0;

    // A blob's bytes from the one numbered `from` on. Not verified: the sink does that as they
    // come.
    virtual Result<> blob(const spec::Descriptor& descriptor, std::uint64_t from,
                          const Sink& sink) = 0;

    // Whether bytes are dear: then what came of a blob is kept until all of it has.
    virtual bool is_far() const = 0;

    // Copies of this process follow, which must not share what it has open.
    virtual void let_go() {}

protected:
    Source() = default;
    Source(const Source&) = default;
    Source& operator=(const Source&) = default;
};

}  // namespace image
