#include "spec/id.hpp"

#include <algorithm>
#include <cctype>

namespace spec {

static constexpr std::size_t kIdMost = 255;

Result<> check_id(std::string_view id)
{
    const auto allowed = [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '+' || c == '.' || c == '-';
    };
    if (id.empty() || id.size() > kIdMost || id.starts_with('.') ||
        !std::ranges::all_of(id, allowed))
        return failed(
            "\"{}\" is not an id: letters, digits and _ + . - are allowed, not a dot first, "
            "{} at most",
            id, kIdMost);
    return {};
}

}  // namespace spec
