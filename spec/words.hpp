// One table of words per enum: it serves reading, messages and printing.
#pragma once

#include <array>
#include <string_view>

namespace spec {

// Specialised beside each enum: its words in the order of its members, which count from 0.
template <class Enum>
inline constexpr auto kWords = nullptr;

template <class... Words>
consteval std::array<std::string_view, sizeof...(Words)> words(Words... words)
{
    return {words...};
}

template <class Enum>
std::string_view word(Enum value)
{
    return kWords<Enum>[static_cast<std::size_t>(value)];
}

}  // namespace spec
