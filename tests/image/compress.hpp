// Blobs as others compress them.
#pragma once

#include <criterion/criterion.h>
#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <cstdint>
#include <string>

namespace test {

inline std::string gzip(std::string text)
{
    std::string blob(text.size() + text.size() / 8 + 1000, '\0');
    isal_zstream stream;
    ::isal_deflate_stateless_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.next_in = reinterpret_cast<std::uint8_t*>(text.data());
    stream.avail_in = static_cast<std::uint32_t>(text.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(blob.data());
    stream.avail_out = static_cast<std::uint32_t>(blob.size());
    cr_assert_eq(::isal_deflate_stateless(&stream), COMP_OK);
    blob.resize(stream.total_out);
    return blob;
}

inline std::string zstd(const std::string& text)
{
    std::string blob(::ZSTD_compressBound(text.size()), '\0');
    blob.resize(::ZSTD_compress(blob.data(), blob.size(), text.data(), text.size(), 3));
    return blob;
}

// What zstd:chunked puts its table of contents into.
inline std::string zstd_skippable(const std::string& text)
{
    const auto size = static_cast<char>(text.size());
    return std::string("\x5a\x2a\x4d\x18", 4) + size + std::string(3, '\0') + text;
}

// Neither all alike nor without a pattern.
inline std::string long_text(std::size_t size)
{
    std::string text;
    for (std::uint32_t i = 0; text.size() < size; i = i * 1664525 + 1013904223)
        text += std::to_string(i) + (i % 3 ? " and " : " or ");
    text.resize(size);
    return text;
}

}  // namespace test
