#include "spec/cpu_list.hpp"

#include <algorithm>
#include <charconv>

namespace spec {

// What is before the separator, without spaces around it; `text` becomes what is after.
static std::string_view take(std::string_view& text, char separator)
{
    std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    part.remove_suffix(part.size() - (part.find_last_not_of(' ') + 1));
    return part;
}

static std::optional<unsigned> number(std::string_view text)
{
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.begin(), text.end(), value);
    if (error != std::errc() || end != text.end() || value > kCpuMost)
        return std::nullopt;
    return value;
}

std::optional<CpuList> parse_cpu_list(std::string_view text)
{
    CpuList list;
    if (text.ends_with(','))
        return std::nullopt;
    while (!text.empty()) {
        std::string_view range = take(text, ',');
        const bool single = range.find('-') == range.npos;
        const auto first = number(take(range, '-'));
        const auto last = single ? first : number(take(range, '\0'));
        if (!first || !last || *last < *first)
            return std::nullopt;
        list.push_back({.first = *first, .last = *last});
    }
    return list.empty() ? std::nullopt : std::optional(std::move(list));
}

}  // namespace spec
