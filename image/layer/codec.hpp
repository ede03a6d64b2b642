// The ways to inflate a blob, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "spec/result.hpp"

namespace image {

class Codec {
public:
    Codec() = default;
    Codec(const Codec&) = delete;
    Codec& operator=(const Codec&) = delete;
    virtual ~Codec() = default;

    // Takes from the front of `in`, puts at the front of `out`, and returns how many bytes it put
    // there. It stops where `in` is empty, where `out` is full, and at the end of a member.
    virtual Result<std::size_t> step(std::span<const std::byte>& in, std::span<std::byte> out) = 0;

    virtual bool between_members() const = 0;
    virtual bool may_begin_with(std::byte first) const = 0;  // a member
};

std::unique_ptr<Codec> make_gzip();
Result<std::unique_ptr<Codec>> make_zstd(std::uint64_t window_most);

}  // namespace image
