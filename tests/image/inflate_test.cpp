#include "image/layer/inflate.hpp"

#include <criterion/criterion.h>

#include "tests/image/compress.hpp"

using image::Compression;

struct Inflated {
    Result<> done = {};
    std::string text = {};
    Compression compression = Compression::None;
};

static Inflated inflate(const std::string& blob, std::size_t piece, std::uint64_t window = 1 << 27)
{
    Inflated inflated;
    image::Inflater inflater(window, [&](std::span<const std::byte> bytes) {
        inflated.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return Result<>();
    });
    const auto bytes = std::as_bytes(std::span(blob));
    for (std::size_t at = 0; at < blob.size() && inflated.done; at += piece)
        inflated.done = inflater.add(bytes.subspan(at, std::min(piece, blob.size() - at)));
    if (inflated.done)
        inflated.done = inflater.finish();
    inflated.compression = inflater.compression();
    return inflated;
}

static constexpr std::size_t kPieces[] = {1, 7, 4096, 1 << 20};

static void expect(const std::string& blob, const std::string& text, Compression compression)
{
    for (const std::size_t piece : kPieces) {
        const auto inflated = inflate(blob, piece);
        cr_expect(inflated.done, "pieces of %zu: %s", piece,
                  inflated.done ? "" : inflated.done.error().message().c_str());
        cr_expect(inflated.text == text, "pieces of %zu: %zu bytes", piece, inflated.text.size());
        cr_expect(inflated.compression == compression);
    }
}

static void expect_failure(const std::string& blob, std::string_view words)
{
    for (const std::size_t piece : kPieces) {
        const auto inflated = inflate(blob, piece);
        cr_assert(!inflated.done, "pieces of %zu", piece);
        cr_expect(inflated.done.error().message().find(words) != std::string::npos, "%s",
                  inflated.done.error().message().c_str());
    }
}

static const std::string kText = test::long_text(700'000);

Test(inflate, tells_by_the_bytes)
{
    expect(kText, kText, Compression::None);
    expect(test::gzip(kText), kText, Compression::Gzip);
    expect(test::zstd(kText), kText, Compression::Zstd);
    for (const std::string text : {"", "a", "ab", "abc"}) {
        expect(text, text, Compression::None);
        expect(test::gzip(text), text, Compression::Gzip);
        expect(test::zstd(text), text, Compression::Zstd);
    }
}

Test(inflate, output_that_fills_the_buffer_exactly)
{
    for (const std::size_t size : {256 << 10, 512 << 10, (256 << 10) + 1}) {
        const std::string text = test::long_text(size);
        expect(test::gzip(text), text, Compression::Gzip);
        expect(test::zstd(text), text, Compression::Zstd);
    }
    const std::string zeros(3 << 20, '\0');
    expect(test::gzip(zeros), zeros, Compression::Gzip);
    expect(test::zstd(zeros), zeros, Compression::Zstd);
}

Test(inflate, members_and_padding)
{
    const std::string zeros(1500, '\0');
    expect(test::gzip(kText) + test::gzip("") + test::gzip("end"), kText + "end",
           Compression::Gzip);
    expect(test::gzip(kText) + zeros, kText, Compression::Gzip);
    expect(test::gzip("a") + std::string(1, '\0'), "a", Compression::Gzip);
    expect(test::zstd(kText) + test::zstd("") + test::zstd("end"), kText + "end",
           Compression::Zstd);
    expect(test::zstd(kText) + test::zstd_skippable("toc") + test::zstd("end"), kText + "end",
           Compression::Zstd);
    expect(test::zstd_skippable("first") + test::zstd(kText), kText, Compression::Zstd);
    expect(test::zstd(kText) + zeros, kText, Compression::Zstd);
}

Test(inflate, what_follows_the_end_is_refused)
{
    for (const std::string& junk :
         {std::string("junk"), std::string("\0\0x", 3), std::string("\0\x1f\x8b", 3), kText}) {
        expect_failure(test::gzip("a") + junk, "follows its end");
        expect_failure(test::zstd("a") + junk, "follows its end");
    }
    expect_failure(test::gzip("a") + "\x1f\x8c", "gzip");
}

Test(inflate, what_ends_too_early_is_refused)
{
    const std::string gzip = test::gzip(kText);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{4}, std::size_t{8}, gzip.size() - 12})
        expect_failure(gzip.substr(0, gzip.size() - cut), "ends too early");
    const std::string zstd = test::zstd(kText);
    for (const std::size_t cut : {std::size_t{1}, std::size_t{5}, zstd.size() - 4})
        expect_failure(zstd.substr(0, zstd.size() - cut), "ends too early");
    expect_failure("\x1f\x8b", "ends too early");
}

Test(inflate, what_is_damaged_is_refused)
{
    std::string gzip = test::gzip(kText);
    gzip[gzip.size() - 8] ^= 1;
    expect_failure(gzip, "checksum");
    gzip[gzip.size() - 8] ^= 1;
    gzip[gzip.size() - 2] ^= 1;
    expect_failure(gzip, "checksum");
    std::string middle = test::gzip(kText);
    middle[middle.size() / 2] ^= 0x55;
    expect_failure(middle, "gzip: ");
    std::string zstd = test::zstd(kText);
    zstd[zstd.size() / 2] ^= 0x55;
    cr_expect(!inflate(zstd, 4096).done || inflate(zstd, 4096).text != kText);
}

Test(inflate, other_compressions_are_named)
{
    expect_failure(std::string("\xfd"
                               "7zXZ\0",
                               6),
                   "xz");
    expect_failure("BZh91AY&SY", "bzip2");
}

Test(inflate, a_window_that_is_too_large_is_refused)
{
    std::string blob(::ZSTD_compressBound(kText.size()), '\0');
    ZSTD_CCtx* const context = ::ZSTD_createCCtx();
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 28);
    ::ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    ZSTD_inBuffer in = {.src = kText.data(), .size = 1, .pos = 0};
    ZSTD_outBuffer out = {.dst = blob.data(), .size = blob.size(), .pos = 0};
    ::ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);  // else it would know the size
    in.size = kText.size();
    while (::ZSTD_compressStream2(context, &out, &in, ZSTD_e_end) != 0) {
    }
    ::ZSTD_freeCCtx(context);
    blob.resize(out.pos);
    const auto refused = inflate(blob, 4096, 1 << 27);
    cr_assert(!refused.done);
    cr_expect(refused.done.error().message().find("memory") != std::string::npos);
    cr_expect(inflate(blob, 4096, 1 << 28).text == kText);
}

Test(inflate, media_types)
{
    cr_expect(image::compression_of("application/vnd.oci.image.layer.v1.tar") == Compression::None);
    cr_expect(image::compression_of("application/vnd.oci.image.layer.v1.tar+gzip") ==
              Compression::Gzip);
    cr_expect(image::compression_of("application/vnd.docker.image.rootfs.diff.tar.gzip") ==
              Compression::Gzip);
    cr_expect(image::compression_of("application/vnd.oci.image.layer.v1.tar+zstd") ==
              Compression::Zstd);
}
