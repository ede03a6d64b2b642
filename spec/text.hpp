// Foreign text: whether it is UTF-8, and how it is shown in a message.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spec {

// How much of a foreign value or key a message shows, in bytes.
inline constexpr std::size_t kShownMost = 80;

// The length of the longest part from the start that is UTF-8 as RFC 3629 draws it: no overlong
// forms, no surrogates, nothing past U+10FFFF. yajl's own check lets all three pass.
std::size_t utf8_length(std::string_view text);

// Two keys that Go's encoding/json takes for the same one become equal: it folds case, and knows
// two characters outside ASCII that fold into it.
std::string case_folded(std::string_view key);

// Whether a JSON string, as it is written, holds half of a surrogate pair. yajl reads it as "?",
// and takes any \u after a first half for the second.
bool lone_surrogate(std::string_view escaped);

// UTF-8 for a terminal or a log: control characters as \n, \x1b, \u009b; cut after `most` bytes.
std::string shown(std::string_view text, std::size_t most = kShownMost);

// The same in double quotes.
std::string quoted(std::string_view text);

// Rows of as many cells each, in columns as wide as their widest.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace spec
