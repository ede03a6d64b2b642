#include "spec/text.hpp"

#include <algorithm>
#include <charconv>

#include "spec/result.hpp"

namespace spec {

// The length of the one character that begins `text`, or 0 (RFC 3629 §4).
static std::size_t character_length(std::string_view text)
{
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
    };
    const auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80)
        return 1;
    if (first < 0xE0)
        return first >= 0xC2 && tail(1) ? 2 : 0;
    if (first < 0xF0) {
        const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
        const unsigned high = first == 0xED ? 0x9F : 0xBF;
        return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
    }
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return first <= 0xF4 && byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
}

std::size_t utf8_length(std::string_view text)
{
    std::size_t length = 0;
    while (length < text.size()) {
        const std::size_t step = character_length(text.substr(length));
        if (!step)
            break;
        length += step;
    }
    return length;
}

std::string case_folded(std::string_view key)
{
    std::string result;
    for (std::size_t i = 0; i < key.size(); i++) {
        if (key.substr(i).starts_with("\u017F")) {  // long s
            result += 's';
            i += 1;
        } else if (key.substr(i).starts_with("\u212A")) {  // the sign for kelvin
            result += 'k';
            i += 2;
        } else {
            result += key[i] >= 'A' && key[i] <= 'Z' ? static_cast<char>(key[i] + 32) : key[i];
        }
    }
    return result;
}

bool lone_surrogate(std::string_view escaped)
{
    const auto unit_at = [&](std::size_t at) {
        unsigned unit = 0;
        if (escaped.substr(at).starts_with("\\u"))
            std::from_chars(&escaped[at + 2], &escaped[at + 6], unit, 16);
        return unit;
    };
    for (std::size_t i = 0; (i = escaped.find('\\', i)) != std::string_view::npos; i += 2) {
        const unsigned unit = unit_at(i);
        if (unit >= 0xDC00 && unit < 0xE000)
            return true;
        if (unit >= 0xD800 && unit < 0xDC00) {
            i += 6;
            const unsigned low = unit_at(i);
            if (low < 0xDC00 || low >= 0xE000)
                return true;
        }
    }
    return false;
}

std::string shown(std::string_view text, std::size_t most)
{
    std::string_view part = text.substr(0, most);
    part = part.substr(0, utf8_length(part));  // never half a character
    std::string line;
    for (std::size_t i = 0; i < part.size(); i++) {
        const auto byte = static_cast<unsigned char>(part[i]);
        if (byte == '\n') {
            line += "\\n";
        } else if (byte < 0x20 || byte == 0x7F) {
            line += format("\\x{:02x}", byte);
        } else if (byte == 0xC2 && static_cast<unsigned char>(part[i + 1]) < 0xA0) {
            line += format("\\u{:04x}", static_cast<unsigned char>(part[++i]));  // C1 controls
        } else {
            line += part[i];
        }
    }
    return part.size() < text.size() ? line + "..." : line;
}

std::string quoted(std::string_view text)
{
    return '"' + shown(text) + '"';
}

std::string table(const std::vector<std::vector<std::string>>& rows)
{
    std::vector<std::size_t> widths(rows.empty() ? 0 : rows[0].size());
    for (const auto& row : rows)
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            text += format("{:<{}}  ", row[i], widths[i]);
        text += row.back() + "\n";
    }
    return text;
}

}  // namespace spec
