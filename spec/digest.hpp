// Digests of content, as the image-spec writes them (1.1, descriptor.md, "Digests").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "spec/words.hpp"

namespace spec {

enum class Hash : std::uint8_t { Sha256, Sha512 };
template <>
inline constexpr auto kWords<Hash> = words("sha256", "sha512");

// `hex` is lower case and as long as the algorithm's, always: it may stand in a path or a URL
// (CVE-2024-3727).
struct Digest {
    Hash hash = Hash::Sha256;
    std::string hex = {};

    std::string text() const;  // sha256:ab12...
    friend bool operator==(const Digest&, const Digest&) = default;
    friend auto operator<=>(const Digest&, const Digest&) = default;
};

// Digests of other algorithms are refused: what cannot be verified is not taken.
Result<Digest> read_digest(std::string_view text);

// Of the bytes that a hash gave.
std::string hex_of(std::string_view bytes);

}  // namespace spec
