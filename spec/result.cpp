#define FMT_HEADER_ONLY  // here, and only here
// We print no number by locale: without one, a megabyte of libstdc++ and its tables stay out.
#define FMT_STATIC_THOUSANDS_SEPARATOR ','
#include "spec/result.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cstring>

std::string format_all(fmt::string_view text, fmt::format_args arguments)
{
    return fmt::vformat(text, arguments);
}

// "No such file or directory" in the middle of a sentence; callers search for it that way.
// "RPC struct is bad" stays as it is.
static std::string lower_case(std::string words)
{
    if (words.size() > 1 && std::isupper(words[0]) && std::islower(words[1]))
        words[0] = static_cast<char>(std::tolower(words[0]));
    return words;
}

std::string Error::message() const
{
    std::string line = doing;
    if (code) {
        // The C library's own words, never translated; a number it has no words for is still named.
        const char* words = strerrordesc_np(code);
        const char* name = strerrorname_np(code);
        line += words && name ? format(": {} ({})", lower_case(words), name)
                              : format(": error {}", code);
    }
    if (!hint.empty())
        line += format("\nhint: {}", hint);
    return line;
}
