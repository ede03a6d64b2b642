#include "spec/digest.hpp"

#include <algorithm>
#include <array>

#include "spec/text.hpp"

namespace spec {

static constexpr std::array<std::size_t, 2> kHexDigits = {64, 128};
static constexpr std::string_view kDigits = "0123456789abcdef";

std::string Digest::text() const
{
    return format("{}:{}", word(hash), hex);
}

Result<Digest> read_digest(std::string_view text)
{
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    const auto hex = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
    const auto known = std::ranges::find(kWords<Hash>, name);
    if (hex.empty() || known == kWords<Hash>.end())
        return failed("{} is not a digest: sha256:HEX and sha512:HEX are", quoted(text));
    const auto index = static_cast<std::size_t>(known - kWords<Hash>.begin());
    const auto lower = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (hex.size() != kHexDigits[index] || !std::ranges::all_of(hex, lower))
        return failed("{} is not a digest: {} has {} digits of 0-9 and a-f", quoted(text), name,
                      kHexDigits[index]);
    return Digest{static_cast<Hash>(index), std::string(hex)};
}

std::string hex_of(std::string_view bytes)
{
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        hex += kDigits[static_cast<unsigned char>(c) >> 4];
        hex += kDigits[static_cast<unsigned char>(c) & 15];
    }
    return hex;
}

}  // namespace spec
