#include "spec/size.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace spec {

std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t unit)
{
    const auto point = std::min(number.find('.'), number.size());
    const auto fraction = number.substr(std::min(point + 1, number.size()));
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    if (point == 0 || (point < number.size() && fraction.empty()) ||
        !std::ranges::all_of(number.substr(0, point), digit) ||
        !std::ranges::all_of(fraction, digit))
        return {};
    __extension__ using Wide = unsigned __int128;
    Wide value = 0;
    for (const char c : number.substr(0, point)) {
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > INT64_MAX)
            return {};
    }
    value *= unit;
    Wide rest = 0, divisor = 1;
    for (const char c : fraction.substr(0, 18)) {  // finer ones are less than any unit
        rest = rest * 10 + static_cast<unsigned>(c - '0');
        divisor *= 10;
    }
    value += rest * unit / divisor;
    return value <= INT64_MAX ? std::optional(static_cast<std::uint64_t>(value)) : std::nullopt;
}

Result<> read_word(std::string_view word, Size& into)
{
    constexpr std::string_view units = "bkmgtp";
    const auto end = std::min(word.find_first_not_of("0123456789."), word.size());
    const std::string unit = case_folded(word.substr(end));
    const auto power = unit.empty() ? 0 : units.find(unit[0]);
    const std::string_view tail =
        std::string_view(unit).substr(std::min<std::size_t>(1, unit.size()));
    const bool known =
        power != units.npos && (tail.empty() || (power && (tail == "b" || tail == "ib")));
    const auto bytes = scaled(word.substr(0, end), std::uint64_t{1} << (known ? power * 10 : 0));
    if (!known || !bytes)
        return failed("{} is not a size like 32m, 1.5g or a number of bytes", quoted(word));
    into.bytes = *bytes;
    return {};
}

}  // namespace spec
