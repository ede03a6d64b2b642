#include "spec/reference.hpp"

#include <algorithm>
#include <utility>

#include "spec/text.hpp"

namespace spec {

namespace {

constexpr std::string_view kDefaultDomain = "docker.io";
constexpr std::string_view kLegacyDomain = "index.docker.io";
constexpr std::string_view kDefaultRegistry = "registry-1.docker.io";
constexpr std::string_view kOfficial = "library/";
constexpr std::string_view kDefaultTag = "latest";

// <cctype> asks the locale.
bool digit(char c)
{
    return c >= '0' && c <= '9';
}
bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
bool lower_or_digit(char c)
{
    return digit(c) || (c >= 'a' && c <= 'z');
}
bool alphanumeric(char c)
{
    return lower_or_digit(c) || upper(c);
}
bool hex_or_colon(char c)
{
    return digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
}
bool tag_character(char c)
{
    return alphanumeric(c) || c == '_' || c == '.' || c == '-';
}

bool every_part(std::string_view text, char mark, bool (*good)(std::string_view))
{
    while (true) {
        const auto end = text.find(mark);
        if (!good(text.substr(0, end)))
            return false;
        if (end == text.npos)
            return true;
        text.remove_prefix(end + 1);
    }
}

bool domain_component(std::string_view text)
{
    const auto inner = [](char c) { return alphanumeric(c) || c == '-'; };
    return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
           std::ranges::all_of(text, inner);
}

// A host name, an IPv4 address or [an IPv6 address], and perhaps a port.
bool is_domain(std::string_view text)
{
    const auto host_end = text.starts_with('[') ? text.find(']') + 1 : text.find(':');
    const auto host = text.substr(0, host_end);
    auto port = text.substr(host.size());
    if (!port.empty()) {
        if (!port.starts_with(':') || port.size() == 1)
            return false;
        port.remove_prefix(1);
    }
    if (!std::ranges::all_of(port, digit))
        return false;
    if (host.starts_with('['))
        return host.size() > 2 &&
               std::ranges::all_of(host.substr(1, host.size() - 2), hex_or_colon);
    return every_part(host, '.', domain_component);
}

// Letters and digits; between them one dot, one or two underscores, or any number of dashes.
bool path_component(std::string_view text)
{
    if (text.empty() || !lower_or_digit(text.front()) || !lower_or_digit(text.back()))
        return false;
    while (true) {
        const auto separator = std::ranges::find_if_not(text, lower_or_digit);
        text.remove_prefix(static_cast<std::size_t>(separator - text.begin()));
        if (text.empty())
            return true;
        const auto end = std::ranges::find_if(text, lower_or_digit);
        const auto size = static_cast<std::size_t>(end - text.begin());
        const auto between = text.substr(0, size);
        if (between != "." && between != "_" && between != "__" &&
            between.find_first_not_of('-') != between.npos)
            return false;
        text.remove_prefix(size);
    }
}

bool is_tag(std::string_view text)
{
    return !text.empty() && text.size() <= kTagMost && text[0] != '.' && text[0] != '-' &&
           std::ranges::all_of(text, tag_character);
}

// Docker's ids of images look so; as a name it would be a trap.
bool is_identifier(std::string_view text)
{
    const auto hex = [](char c) { return digit(c) || (c >= 'a' && c <= 'f'); };
    return text.size() == 64 && std::ranges::all_of(text, hex);
}

// Domain and rest of a name that has no normal form yet.
std::pair<std::string_view, std::string_view> split_domain(std::string_view name)
{
    const auto slash = name.find('/');
    const auto first = name.substr(0, slash);
    if (slash == name.npos || (first.find_first_of(".:") == first.npos && first != "localhost" &&
                               std::ranges::none_of(first, upper)))
        return {kDefaultDomain, name};
    return {first == kLegacyDomain ? kDefaultDomain : first, name.substr(slash + 1)};
}

Result<> check_path(std::string_view path, std::string_view text)
{
    if (path.empty())
        return failed("{} is not an image reference: the name of the image is missing",
                      quoted(text));
    if (std::ranges::any_of(path, upper))
        return failed("{} is not an image reference: {} must be in lower case", quoted(text),
                      quoted(path));
    if (!every_part(path, '/', path_component))
        return failed(
            "{} is not an image reference: {} is no path of letters and digits with single \".\", "
            "\"_\", \"__\" or \"-\" between them",
            quoted(text), quoted(path));
    return {};
}

}  // namespace

std::string Reference::repository() const
{
    return format("{}/{}", domain, path);
}

std::string Reference::text() const
{
    std::string text = repository();
    if (!tag.empty())
        text += format(":{}", tag);
    if (digest)
        text += format("@{}", digest->text());
    return text;
}

std::string_view Reference::registry() const
{
    return domain == kDefaultDomain ? kDefaultRegistry : domain;
}

Result<Reference> read_reference(std::string_view text)
{
    if (text.empty())
        return failed("an image reference is needed, this one is empty");
    if (is_identifier(text))
        return failed("{} is not an image reference: 64 hexadecimal digits are an image's id",
                      quoted(text));
    const auto at = text.find('@');
    const auto [domain, rest] = split_domain(text.substr(0, at));
    const auto colon = rest.find(':');
    const auto path = rest.substr(0, colon);
    if (!is_domain(domain))
        return failed("{} is not an image reference: {} is no host[:port]", quoted(text),
                      quoted(domain));
    TRY(check_path(path, text));

    const bool official = domain == kDefaultDomain && !path.contains('/');
    Reference reference = {.domain = std::string(domain),
                           .path = format("{}{}", official ? kOfficial : "", path)};
    if (reference.repository().size() > kRepositoryMost)
        return failed("{} is not an image reference: host and path are longer than {} bytes",
                      quoted(text), kRepositoryMost);
    if (colon != rest.npos) {
        reference.tag = rest.substr(colon + 1);
        if (!is_tag(reference.tag))
            return failed(
                "{} is not an image reference: {} is no tag (letters, digits and _ . -, not . or - "
                "first, {} at most)",
                quoted(text), quoted(reference.tag), kTagMost);
    }
    if (at != text.npos)
        reference.digest =
            TRY_TO(read_digest(text.substr(at + 1)), "{} is not an image reference", quoted(text));
    if (reference.tag.empty() && !reference.digest)
        reference.tag = kDefaultTag;
    return reference;
}

namespace {

constexpr std::string_view kDocker = "docker://";
constexpr std::string_view kLayout = "oci:";
constexpr std::string_view kNotYet[] = {
    "containers-storage", "dir", "docker-archive", "docker-daemon", "oci-archive", "ostree", "sif",
};

Result<ImageName> read_layout_name(std::string_view text)
{
    const auto rest = text.substr(kLayout.size());
    const auto colon = rest.rfind(':');
    const bool tagged = colon != rest.npos && !rest.substr(colon).contains('/');
    LayoutName name = {.folder = std::string(tagged ? rest.substr(0, colon) : rest),
                       .tag = std::string(tagged ? rest.substr(colon + 1) : "")};
    if (name.folder.empty())
        return failed("{} names no folder, oci:FOLDER[:TAG] is needed", quoted(text));
    const auto allowed = [](char c) { return tag_character(c) || c == '+' || c == '@'; };
    if (tagged && (name.tag.empty() || !std::ranges::all_of(name.tag, allowed)))
        return failed("{} has no tag that can be one: {}", quoted(text), quoted(name.tag));
    return name;
}

}  // namespace

Result<ImageName> read_image_name(std::string_view text)
{
    if (text.starts_with(kDocker))
        return TRY(read_reference(text.substr(kDocker.size())));
    if (text.starts_with(kLayout))
        return read_layout_name(text);
    const auto colon = text.find(':');
    const auto transport = text.substr(0, colon);
    if (colon != text.npos) {
        if (std::ranges::find(kNotYet, transport) != std::end(kNotYet)) {
            auto error =
                failed("{}: the transport {}: is not carried out yet", quoted(text), transport);
            error.error().hint = format("an image of that name is docker://{}", shown(text));
            return error;
        }
        if (text.substr(colon).starts_with("://"))
            return failed("{}: {}:// is not a transport, docker:// and oci: are", quoted(text),
                          shown(transport));
    }
    return TRY(read_reference(text));
}

std::string text_of(const ImageName& name)
{
    if (const auto* reference = std::get_if<Reference>(&name))
        return format("{}{}", kDocker, reference->text());
    const auto& layout = std::get<LayoutName>(name);
    return format("{}{}{}{}", kLayout, layout.folder, layout.tag.empty() ? "" : ":", layout.tag);
}

}  // namespace spec
