// What a layer's blob is compressed with, and the tar inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "spec/result.hpp"
#include "spec/words.hpp"

namespace image {

enum class Compression : std::uint8_t { None, Gzip, Zstd };
}  // namespace image

namespace spec {
template <>
inline constexpr auto kWords<image::Compression> = words("none", "gzip", "zstd");
}  // namespace spec

namespace image {

// What a media type promises (image-spec layer.md, Docker's likewise).
Compression compression_of(std::string_view media_type);

class Codec;

// Bytes go in as they come and come out inflated; which way is told by the first of them. Several
// gzip members or zstd frames one after the other are one stream, with as many zeros after the
// last one as there are. Anything else there is refused, and so is a stream that ends too early.
class Inflater {
public:
    using Sink = std::function<Result<>(std::span<const std::byte>)>;

    // What comes out goes to `sink` in large pieces. `window_most`: bytes of zstd's window.
    Inflater(std::uint64_t window_most, Sink sink);
    Inflater(Inflater&&) noexcept;
    ~Inflater();

    Result<> add(std::span<const std::byte> bytes);
    Result<> finish();

    Compression compression() const { return compression_; }  // once bytes have come

private:
    Result<> choose();
    Result<> inflate(std::span<const std::byte> bytes);
    Result<> check_padding(std::span<const std::byte> bytes) const;
    Result<> flush();

    std::uint64_t window_most_;
    Sink sink_;
    Compression compression_ = Compression::None;
    bool chosen_ = false;
    bool begun_ = false;
    bool padding_ = false;  // after the end, where only zeros may come
    std::vector<std::byte> start_ = {};
    std::unique_ptr<Codec> codec_;
    std::vector<std::byte> out_ = {};
    std::size_t filled_ = 0;
};

}  // namespace image
