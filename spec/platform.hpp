// What an image was made for, and which of several fits this machine (image-spec 1.1,
// image-index.md, "platform"; containerd's normal forms).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace spec {

struct Descriptor;

struct Platform {
    std::string os = {};            // linux
    std::string architecture = {};  // as Go's GOARCH: amd64, arm64, arm
    std::string variant = {};       // v8, or empty

    std::string text() const;  // linux/arm/v7
    friend bool operator==(const Platform&, const Platform&) = default;
};

// How deep indexes may lie in one another: the first one is at depth 1.
inline constexpr unsigned kIndexDepthMost = 3;

// One spelling for what is the same: x86_64 is amd64, aarch64 is arm64, armhf is arm v7; arm64 v8,
// amd64 v1 have no variant. An arm without a variant stays so.
Platform normal(const Platform& platform);

// OS/ARCHITECTURE[/VARIANT], as in --platform; in normal form.
Result<Platform> read_platform(std::string_view text);
Result<> read_word(std::string_view word, Platform& into);  // spec/options.hpp

// This machine's, from `machine` of uname(2) and the flags of an x86 processor as /proc/cpuinfo
// lists them (they tell v2 to v4; others' are ignored).
Platform machine_platform(std::string_view machine, std::string_view cpu_flags);

// The number of the descriptor of an index that fits `wanted` best: its variant, then the lower
// ones it can run too (arm v7: v6, v5; amd64 v3: v2, none), then one without a variant; of equals
// the first, but one with zstd layers before all others. One that names no platform is taken where
// nothing fits. An error lists what there is.
Result<std::size_t> choose(std::span<const Descriptor> manifests, const Platform& wanted);

}  // namespace spec
