#include "spec/semver.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace spec {

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool identifier_character(char c)
{
    return digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-';
}

// "0", "10"; not "", "01".
static bool numeric(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, digit) && (text[0] != '0' || text == "0");
}
static bool build_identifier(std::string_view text)
{
    return !text.empty() && std::ranges::all_of(text, identifier_character);
}
static bool pre_release_identifier(std::string_view text)
{
    return build_identifier(text) && (!std::ranges::all_of(text, digit) || numeric(text));
}

static std::optional<std::uint64_t> number(std::string_view text)
{
    if (!numeric(text))
        return {};
    std::uint64_t value = std::numeric_limits<std::uint64_t>::max();  // stays so when out of range
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// The part of `text` before the first `mark`; what follows it stays in `text`.
static std::string_view take(std::string_view& text, char mark)
{
    const std::string_view head = text.substr(0, text.find(mark));
    text.remove_prefix(std::min(text.size(), head.size() + 1));
    return head;
}

static bool all_parts(std::string_view text, bool (*good)(std::string_view))
{
    if (text.ends_with('.'))
        return false;
    do {
        if (!good(take(text, '.')))
            return false;
    } while (!text.empty());
    return true;
}

std::optional<SemVer> parse_semver(std::string_view text)
{
    const std::string_view before_build = text.substr(0, text.find('+'));
    const std::string_view core = before_build.substr(0, before_build.find('-'));
    SemVer version;
    if (before_build != text) {
        version.build = text.substr(before_build.size() + 1);
        if (!all_parts(version.build, build_identifier))
            return {};
    }
    if (core != before_build) {
        version.pre_release = before_build.substr(core.size() + 1);
        if (!all_parts(version.pre_release, pre_release_identifier))
            return {};
    }
    std::string_view rest = core;
    const auto major = number(take(rest, '.'));
    const auto minor = number(take(rest, '.'));
    const auto patch = number(rest);
    if (!major || !minor || !patch)
        return {};
    version.major = *major;
    version.minor = *minor;
    version.patch = *patch;
    return version;
}

}  // namespace spec
