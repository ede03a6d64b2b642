// A layer's blob becomes a folder while it arrives: hashed, inflated, hashed again, and written by
// a child that can do no harm (fetcher/confine.hpp). Hashing stays here, for whoever takes that
// child over may write what he likes, but not forge what it is called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "fetcher/limits.hpp"
#include "spec/digest.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

using Limits = fetcher::Limits;

struct LayerJob {
    spec::Digest blob = {};       // of the bytes that will be fed,
    std::uint64_t size = 0;       // and how many they are
    spec::Digest diff_id = {};    // of the tar inside
    std::string media_type = {};  // what the manifest says; the bytes decide
    Limits limits = {};
};

struct Unpacked {
    std::uint64_t tar_bytes = 0;
    std::uint64_t entries = 0;
    bool has_open_ends = false;             // there is an open.json (image/layer/open_ends.hpp)
    std::vector<std::string> notices = {};  // sentences about what is odd, and was taken as it is
};

// Going out of scope kills the child and reaps it; what is in the folder is the caller's to remove.
// SIGPIPE is the caller's to ignore, and errors are his to name the layer in. A call after one that
// failed is a bug, and fails too.
class LayerWriter {
public:
    // Makes `tree` and open.json in `folder`, which is for this layer alone, and starts the child.
    // The caller must have a single thread.
    static Result<LayerWriter> begin(const LayerJob& job, const sys::Fd& folder);

    // The blob's next bytes, as many as there are; waits while the child is behind. What is wrong
    // inside may be told by finish() only, once the bytes are known to be the right ones.
    Result<> feed(std::span<const std::byte> bytes);

    // Nothing is to be trusted before this has succeeded: size, both digests, the end of both
    // streams, the child's own success. open.json is gone if there was nothing to say.
    Result<Unpacked> finish();

    LayerWriter(LayerWriter&&) noexcept;
    ~LayerWriter();

private:
    class State;
    explicit LayerWriter(std::unique_ptr<State> state);
    template <class T>
    Result<T> conclude(Result<T> done);

    std::unique_ptr<State> state_;
};

}  // namespace image
