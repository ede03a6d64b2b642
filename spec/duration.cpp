#include "spec/duration.hpp"

#include <charconv>

#include "spec/text.hpp"

namespace spec {

Result<> read_word(std::string_view word, Duration& into)
{
    static constexpr struct {
        std::string_view name;
        std::uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"", 1000}, {"m", 60'000}, {"h", 3'600'000}};
    constexpr std::uint64_t most = 366ULL * 24 * 3'600'000;

    const char* end = word.data() + word.size();
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(word.data(), end, number);
    const std::string_view name(stop, static_cast<std::size_t>(end - stop));
    for (const auto& unit : units) {
        if (error == std::errc::invalid_argument || name != unit.name)
            continue;
        if (error != std::errc() || number > most / unit.ms)
            return failed("{} is longer than a year", quoted(word));
        into.ms = number * unit.ms;
        return {};
    }
    return failed("{} is not a time like 10s, 500ms, 2m, 1h or a number of seconds", quoted(word));
}

}  // namespace spec
