// Semantic versions (SemVer 2.0.0), as ociVersion is one.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace spec {

struct SemVer {
    // SemVer sets no limit: numbers past 18446744073709551615 are read as that.
    std::uint64_t major = 0;
    std::uint64_t minor = 0;
    std::uint64_t patch = 0;
    std::string_view pre_release = {};  // "rc.1" of "1.0.0-rc.1"; views into the text that was read
    std::string_view build = {};        // "5114f85" of "1.0.0+5114f85"
};

std::optional<SemVer> parse_semver(std::string_view text);

}  // namespace spec
