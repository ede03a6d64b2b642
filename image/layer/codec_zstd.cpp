// zstd (RFC 8878).

#include <zstd.h>

#include <bit>
#include <string_view>

#include "image/layer/codec.hpp"

namespace image {

namespace {

class Zstd : public Codec {
public:
    using Stream = std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)>;
    explicit Zstd(Stream stream) : stream_(std::move(stream)) {}

    Result<std::size_t> step(std::span<const std::byte>& in, std::span<std::byte> out) override
    {
        ZSTD_inBuffer from = {.src = in.data(), .size = in.size(), .pos = 0};
        ZSTD_outBuffer to = {.dst = out.data(), .size = out.size(), .pos = 0};
        const std::size_t code = ::ZSTD_decompressStream(stream_.get(), &to, &from);
        if (::ZSTD_isError(code))
            return failed("zstd: {}", std::string_view(::ZSTD_getErrorName(code)));
        between_ = code == 0;
        in = in.subspan(from.pos);
        return to.pos;
    }

    bool between_members() const override { return between_; }
    bool may_begin_with(std::byte first) const override
    {
        // A frame or a skippable one; libzstd would also take those of its versions before 1.0.
        return first == std::byte{0x28} || (first & std::byte{0xf0}) == std::byte{0x50};
    }

private:
    bool between_ = true;
    Stream stream_;
};

}  // namespace

Result<std::unique_ptr<Codec>> make_zstd(std::uint64_t window_most)
{
    Zstd::Stream stream(::ZSTD_createDCtx(), ::ZSTD_freeDCtx);
    if (!stream)
        return failed("zstd: no memory");
    const int window_log = static_cast<int>(std::bit_width(window_most)) - 1;
    const std::size_t code =
        ::ZSTD_DCtx_setParameter(stream.get(), ZSTD_d_windowLogMax, window_log);
    if (::ZSTD_isError(code))
        return failed("zstd: windows of {} bytes: {}", window_most,
                      std::string_view(::ZSTD_getErrorName(code)));
    return std::make_unique<Zstd>(std::move(stream));
}

}  // namespace image
