// gzip (RFC 1952), by ISA-L, which needs half of zlib's time.

#include <isa-l/igzip_lib.h>

#include <string_view>

#include "image/layer/codec.hpp"

namespace image {

namespace {

std::string_view reason(int code)
{
    switch (code) {
        case ISAL_INVALID_WRAPPER:
            return "no gzip header";
        case ISAL_UNSUPPORTED_METHOD:
            return "a method that is not deflate";
        case ISAL_INCORRECT_CHECKSUM:
            return "its checksum does not fit";
        default:
            return "damaged";
    }
}

class Gzip : public Codec {
public:
    Result<std::size_t> step(std::span<const std::byte>& in, std::span<std::byte> out) override
    {
        if (between_) {
            ::isal_inflate_init(&state_);
            state_.crc_flag = ISAL_GZIP;  // with the header, and the trailer's check
            between_ = false;
        }
        // isal_inflate does not write to its input.
        state_.next_in = reinterpret_cast<std::uint8_t*>(const_cast<std::byte*>(in.data()));
        state_.avail_in = static_cast<std::uint32_t>(in.size());
        state_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
        state_.avail_out = static_cast<std::uint32_t>(out.size());
        const int code = ::isal_inflate(&state_);
        if (code != ISAL_DECOMP_OK)
            return failed("gzip: {}", reason(code));
        between_ = state_.block_state == ISAL_BLOCK_FINISH;
        in = in.last(state_.avail_in);
        return out.size() - state_.avail_out;
    }

    bool between_members() const override { return between_; }
    bool may_begin_with(std::byte first) const override { return first == std::byte{0x1f}; }

private:
    bool between_ = true;
    inflate_state state_ = {};
};

}  // namespace

std::unique_ptr<Codec> make_gzip()
{
    return std::make_unique<Gzip>();
}

}  // namespace image
