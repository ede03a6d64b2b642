#include "spec/platform.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "spec/manifest.hpp"
#include "spec/text.hpp"

namespace spec {

namespace {

struct Spelling {
    std::string_view written;
    std::string_view architecture;
    std::string_view variant;  // where the word itself has one
};

// containerd's normalizeArch, and what uname(2) says.
constexpr Spelling kSpellings[] = {
    {"x86_64", "amd64", ""},   {"x86-64", "amd64", ""},    {"i386", "386", ""},
    {"i486", "386", ""},       {"i586", "386", ""},        {"i686", "386", ""},
    {"aarch64", "arm64", ""},  {"armhf", "arm", "v7"},     {"armel", "arm", "v6"},
    {"armv8l", "arm", "v8"},   {"armv7l", "arm", "v7"},    {"armv6l", "arm", "v6"},
    {"armv5tel", "arm", "v5"}, {"armv5tejl", "arm", "v5"}, {"loongarch64", "loong64", ""},
};

struct Level {
    std::string_view variant;
    std::string_view flags;  // what it needs beside those of the levels below
};

// The psABI's microarchitecture levels in the kernel's words: pni is SSE3, abm is LZCNT.
constexpr Level kX86Levels[] = {
    {"v2", "cx16 lahf_lm popcnt pni sse4_1 sse4_2 ssse3"},
    {"v3", "avx avx2 bmi1 bmi2 f16c fma abm movbe xsave"},
    {"v4", "avx512f avx512bw avx512cd avx512dq avx512vl"},
};

constexpr std::string_view kZstd = "io.github.containers.compression.zstd";
constexpr std::string_view kUnknown = "unknown";  // how buildkit marks attestations
constexpr std::size_t kListedMost = 20;

std::string_view take_word(std::string_view& text, char mark)
{
    const auto word = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
}

bool has_all(std::string_view flags, std::string_view needed)
{
    while (!needed.empty()) {
        const auto flag = take_word(needed, ' ');
        auto rest = flags;
        bool found = false;
        while (!found && !rest.empty())
            found = take_word(rest, ' ') == flag;
        if (!found)
            return false;
    }
    return true;
}

bool is_platform_word(std::string_view text)
{
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               c == '_' || c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

// v1 to v9.
std::optional<char> level(std::string_view variant)
{
    const bool is =
        variant.size() == 2 && variant[0] == 'v' && variant[1] >= '1' && variant[1] <= '9';
    return is ? std::optional(variant[1]) : std::nullopt;
}

// The variants that run where `wanted` does, the best first.
std::vector<std::string> variants(const Platform& wanted)
{
    const char least = wanted.architecture == "arm" ? '5' : '1';
    const bool falls = wanted.architecture == "arm" || wanted.architecture == "amd64";
    std::string variant = wanted.variant;
    if (wanted.architecture == "arm" && variant.empty())
        variant = "v7";  // as Docker and containerd have it
    std::vector<std::string> all = {variant};
    if (const auto highest = level(variant); falls && highest)
        for (char each = *highest; each-- > least;)
            all.push_back({'v', each});
    if (!variant.empty())
        all.emplace_back();
    return all;
}

bool attestation(const Platform& platform)
{
    return platform.os == kUnknown || platform.architecture == kUnknown;
}

std::unexpected<Error> nothing_fits(std::span<const Descriptor> manifests, const Platform& wanted)
{
    std::set<std::string> all;
    std::string list;
    for (const auto& each : manifests) {
        if (!each.platform || !is_document(each.media_type) || attestation(*each.platform))
            continue;
        const auto [text, is_new] = all.insert(normal(*each.platform).text());
        if (is_new && all.size() <= kListedMost)
            list += format("{}{}", list.empty() ? "" : ", ", shown(*text));
    }
    if (all.empty())
        return failed("no image for {}: the index lists none", wanted.text());
    if (all.size() > kListedMost)
        list += format(" and {} more", all.size() - kListedMost);
    return failed("no image for {}: there are {}", wanted.text(), list);
}

}  // namespace

std::string Platform::text() const
{
    return format("{}/{}{}{}", os, architecture, variant.empty() ? "" : "/", variant);
}

Platform normal(const Platform& platform)
{
    Platform result = {.os = case_folded(platform.os),
                       .architecture = case_folded(platform.architecture),
                       .variant = case_folded(platform.variant)};
    const auto spelling = std::ranges::find(kSpellings, result.architecture, &Spelling::written);
    if (spelling != std::end(kSpellings)) {
        result.architecture = spelling->architecture;
        if (!spelling->variant.empty())
            result.variant = spelling->variant;
    }
    const bool arm = result.architecture == "arm" || result.architecture == "arm64";
    if (arm && result.variant.size() == 1 && result.variant != "v")
        result.variant = "v" + result.variant;
    if ((result.architecture == "arm64" && result.variant == "v8") ||
        (result.architecture == "amd64" && result.variant == "v1") || result.architecture == "386")
        result.variant.clear();
    return result;
}

Result<Platform> read_platform(std::string_view text)
{
    auto rest = text;
    const auto os = take_word(rest, '/');
    const bool two = !rest.empty();
    const auto architecture = take_word(rest, '/');
    const bool three = !rest.empty();
    if (!two || !is_platform_word(os) || !is_platform_word(architecture) ||
        (three && !is_platform_word(rest)) || text.ends_with('/'))
        return failed("{} is not a platform such as linux/amd64 or linux/arm/v7", quoted(text));
    return normal({std::string(os), std::string(architecture), std::string(rest)});
}

Result<> read_word(std::string_view word, Platform& into)
{
    into = TRY(read_platform(word));
    return {};
}

Platform machine_platform(std::string_view machine, std::string_view cpu_flags)
{
    Platform platform = normal({"linux", std::string(machine), ""});
    if (platform.architecture == "amd64")
        for (const auto& [variant, flags] : kX86Levels) {
            if (!has_all(cpu_flags, flags))
                break;
            platform.variant = variant;
        }
    return platform;
}

Result<std::size_t> choose(std::span<const Descriptor> manifests, const Platform& wanted)
{
    const Platform want = normal(wanted);
    const auto ranks = variants(want);
    std::optional<std::size_t> best, without;
    std::size_t best_rank = ranks.size() * 2;
    for (std::size_t i = 0; i < manifests.size(); i++) {
        const Descriptor& each = manifests[i];
        if (!is_document(each.media_type))
            continue;
        if (!each.platform) {
            without = without.value_or(i);
            continue;
        }
        const Platform has = normal(*each.platform);
        if (has.os != want.os || has.architecture != want.architecture)
            continue;
        const auto variant = std::ranges::find(ranks, has.variant);
        const auto zstd = each.annotations.find(kZstd);
        const bool slow = zstd == each.annotations.end() || zstd->second != "true";
        const auto rank = static_cast<std::size_t>(variant - ranks.begin()) * 2 + slow;
        if (rank < best_rank) {
            best = i;
            best_rank = rank;
        }
    }
    if (best || without)
        return best ? *best : *without;
    return nothing_fits(manifests, want);
}

}  // namespace spec
