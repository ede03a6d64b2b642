#include "image/layer/open_ends.hpp"

#include "fetcher/entry_path.hpp"
#include "spec/json.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"

namespace image {

namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

void append_escaped(std::string& to, char byte)
{
    to += '%';
    to += kDigits[static_cast<unsigned char>(byte) >> 4];
    to += kDigits[static_cast<unsigned char>(byte) & 15];
}

std::string escaped(std::string_view path)
{
    std::string text;
    while (!path.empty()) {
        const std::size_t length = spec::utf8_length(path);
        for (const char c : path.substr(0, length))
            if (c == '%')
                append_escaped(text, c);
            else
                text += c;
        path.remove_prefix(length);
        if (!path.empty()) {
            append_escaped(text, path.front());
            path.remove_prefix(1);
        }
    }
    return text;
}

Result<> unescape(std::string& text)
{
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            path += text[i];
            continue;
        }
        const auto digit = [&](std::size_t at) {
            return at < text.size() ? kDigits.find(text[at]) : kDigits.npos;
        };
        if (digit(i + 1) == kDigits.npos || digit(i + 2) == kDigits.npos)
            return failed("{}: % is not followed by two digits", spec::quoted(text));
        path += static_cast<char>(digit(i + 1) << 4 | digit(i + 2));
        i += 2;
    }
    // The process that wrote it had read what strangers made.
    const std::string clean = TRY(fetcher::clean_path(path, {}));
    if (clean != path)
        return failed("{} is not in the form of a path here", spec::quoted(text));
    text = std::move(path);
    return {};
}

Result<> unescape_all(OpenEnds& ends)
{
    for (auto* paths : {&ends.implicit, &ends.whiteouts})
        for (auto& path : *paths)
            TRY(unescape(path));
    for (auto& [path, target] : ends.links) {
        TRY(unescape(path));
        TRY(unescape(target));
    }
    return {};
}

constexpr spec::Field kLinkFields[] = {
    spec::field<&OpenEnds::Link::path>("path", {.required = true}),
    spec::field<&OpenEnds::Link::target>("target", {.required = true}),
};
constexpr auto kLink = spec::object<OpenEnds::Link>(kLinkFields);

constexpr spec::Field kFields[] = {
    spec::field<&OpenEnds::opaque_root>("opaqueRoot", {.required = true}),
    spec::field<&OpenEnds::implicit>("implicit", {.required = true}),
    spec::field<&OpenEnds::links>("links", kLink, {.required = true}),
    spec::field<&OpenEnds::whiteouts>("whiteouts", {.required = true}),
};
constexpr auto kOpenEnds = spec::object<OpenEnds>(kFields);

void write_paths(spec::JsonWriter& json, std::string_view key,
                 const std::vector<std::string>& paths)
{
    json.key(key).array();
    for (const auto& path : paths)
        json.value(escaped(path));
    json.end();
}

}  // namespace

std::string to_json(const OpenEnds& ends)
{
    spec::JsonWriter json;
    json.object().member("opaqueRoot", ends.opaque_root);
    write_paths(json, "implicit", ends.implicit);
    json.key("links").array();
    for (const auto& [path, target] : ends.links)
        json.object().member("path", escaped(path)).member("target", escaped(target)).end();
    json.end();
    write_paths(json, "whiteouts", ends.whiteouts);
    return json.end().text();
}

Result<OpenEnds> read_open_ends(std::string_view text, std::string_view name)
{
    auto ends = TRY(spec::read_json(kOpenEnds, text, name));
    TRY_TO(unescape_all(ends), "{}", name);
    return ends;
}

}  // namespace image
