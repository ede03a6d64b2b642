// What somebody meant who wrote a word that is not known.
#pragma once

#include <span>
#include <string_view>

namespace spec {

// The one of `words` that is nearest: at most a third of the letters is wrong, missing or too many.
// Empty: none is.
std::string_view nearest(std::string_view word, std::span<const std::string_view> words);

}  // namespace spec
