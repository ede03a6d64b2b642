#include "image/layer/inflate.hpp"

#include <algorithm>
#include <array>

#include "image/layer/codec.hpp"

namespace image {

// Large pieces cost fewer system calls, and small ones stay in the processor's cache.
static constexpr std::size_t kPiece = 256 << 10;
static constexpr std::size_t kMagic = 4;

Compression compression_of(std::string_view media_type)
{
    // application/vnd.oci.image.layer.v1.tar+gzip, ...docker.image.rootfs.diff.tar.gzip
    for (const auto which : {Compression::Gzip, Compression::Zstd})
        if (media_type.ends_with(spec::word(which)))
            return which;
    return Compression::None;
}

static bool begins(std::span<const std::byte> bytes, std::string_view magic)
{
    return bytes.size() >= magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin(),
                      [](char c, std::byte b) { return static_cast<std::byte>(c) == b; });
}

Inflater::Inflater(std::uint64_t window_most, Sink sink)
    : window_most_(window_most), sink_(std::move(sink))
{
}
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater::~Inflater() = default;

Result<> Inflater::choose()
{
    chosen_ = true;
    const bool skippable = start_.size() == kMagic &&
                           begins(std::span(start_).subspan(1), "\x2a\x4d\x18") &&
                           (start_[0] & std::byte{0xf0}) == std::byte{0x50};
    if (begins(start_, "\x1f\x8b")) {
        compression_ = Compression::Gzip;
        codec_ = make_gzip();
    } else if (begins(start_, "\x28\xb5\x2f\xfd") || skippable) {
        compression_ = Compression::Zstd;
        codec_ = TRY(make_zstd(window_most_));
    } else if (begins(start_,
                      "\xfd"
                      "7zX")) {
        return failed("it is compressed with xz, which layers are not");
    } else if (begins(start_, "BZh")) {
        return failed("it is compressed with bzip2, which layers are not");
    }
    if (codec_)
        out_.resize(kPiece);
    return inflate(start_);
}

Result<> Inflater::add(std::span<const std::byte> bytes)
{
    if (!chosen_) {
        const auto missing = std::min(kMagic - start_.size(), bytes.size());
        start_.insert(start_.end(), bytes.begin(),
                      bytes.begin() + static_cast<std::ptrdiff_t>(missing));
        bytes = bytes.subspan(missing);
        if (start_.size() < kMagic)
            return {};
        TRY(choose());
    }
    return inflate(bytes);
}

Result<> Inflater::inflate(std::span<const std::byte> in)
{
    if (!codec_)
        return in.empty() ? Result<>() : sink_(in);
    // Where the output was full, there may be more of it without input.
    for (bool full = false; !in.empty() || (full && !codec_->between_members());) {
        if (codec_->between_members()) {
            padding_ = padding_ || (begun_ && in.front() == std::byte{0});
            if (padding_)
                return check_padding(in);
            if (!codec_->may_begin_with(in.front()))
                return failed("something that is no {} follows its end", spec::word(compression_));
            begun_ = true;
        }
        const std::size_t before = in.size();
        const std::size_t n = TRY(codec_->step(in, std::span(out_).subspan(filled_)));
        filled_ += n;
        full = filled_ == out_.size();
        if (full)
            TRY(flush());
        else if (n == 0 && in.size() == before && !in.empty())
            return failed("{}: it does not go on", spec::word(compression_));
    }
    return {};
}

Result<> Inflater::check_padding(std::span<const std::byte> in) const
{
    if (std::ranges::any_of(in, [](std::byte b) { return b != std::byte{0}; }))
        return failed("something that is no {} follows its end", spec::word(compression_));
    return {};
}

Result<> Inflater::flush()
{
    const std::size_t size = std::exchange(filled_, 0);
    return size > 0 ? sink_(std::span(out_).first(size)) : Result<>();
}

Result<> Inflater::finish()
{
    if (!chosen_)
        TRY(choose());
    if (codec_ && !codec_->between_members())
        return failed("{}: it ends too early", spec::word(compression_));
    return flush();
}

}  // namespace image
