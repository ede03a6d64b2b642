#include "fetcher/body_part.hpp"

#include <algorithm>
#include <charconv>

#include "spec/text.hpp"

namespace fetcher {

namespace {

// Digits alone, up to the end or to `mark`, which goes with them.
std::optional<std::uint64_t> take_number(std::string_view& text, char mark)
{
    const auto digits = text.substr(0, text.find(mark));
    std::uint64_t number = 0;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (digits.empty() || read.ec != std::errc() || read.ptr != end)
        return std::nullopt;
    text.remove_prefix(std::min(text.size(), digits.size() + 1));
    return number;
}

}  // namespace

Result<BodyPart> body_part(const HttpReply& reply)
{
    if (reply.status != 206) {
        const auto length = reply.header("content-length");
        std::string_view text = length ? std::string_view(*length) : std::string_view();
        return BodyPart{.whole_size = take_number(text, '\n')};
    }
    const auto range = reply.header("content-range");
    std::string_view text = range ? std::string_view(*range) : std::string_view();
    constexpr std::string_view unit = "bytes ";
    if (text.starts_with(unit)) {
        text.remove_prefix(unit.size());
        const auto begin = take_number(text, '-');
        const auto last = take_number(text, '/');
        const auto whole = take_number(text, '\n');
        if (begin && last && *last >= *begin && (whole ? *last < *whole : text == "*"))
            return BodyPart{.begin = *begin, .whole_size = whole};
    }
    if (!range)
        return failed("a part of a file comes without a Content-Range");
    return failed("a part of a file comes with the Content-Range {}", spec::quoted(*range));
}

}  // namespace fetcher
