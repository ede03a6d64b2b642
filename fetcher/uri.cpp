#include "fetcher/uri.hpp"

#include <algorithm>

#include "fetcher/entry_path.hpp"
#include "fetcher/http.hpp"
#include "fetcher/work_folder.hpp"
#include "spec/text.hpp"

namespace fetcher {

namespace {

constexpr std::size_t kUriMost = 8192;
constexpr std::size_t kShownMost = 200;

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return result;
}

int digit(char c)
{
    const auto at = std::string_view("0123456789abcdef").find(lower({&c, 1}));
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

Result<Uri> of_path(std::string path, std::string_view text)
{
    if (path.find('\0') != path.npos)
        return failed("its path has a NUL");
    std::string name(name_of(path));
    return Uri{.kind = Uri::Kind::File,
               .place = std::move(path),
               .shown = spec::shown(text, kShownMost),
               .name = std::move(name)};
}

// file:///path, file://localhost/path, file:/path (RFC 8089).
Result<Uri> of_file(std::string_view rest, std::string_view text)
{
    if (rest.starts_with("//")) {
        const auto slash = std::min(rest.find('/', 2), rest.size());
        const std::string host = lower(rest.substr(2, slash - 2));
        if (!host.empty() && host != "localhost")
            return failed("it is a file of the host {}", spec::quoted(host));
        rest.remove_prefix(slash);
    }
    if (!rest.starts_with('/'))
        return failed("its path is not absolute");
    return of_path(percent_decoded(rest), text);
}

Result<Uri> of_url(const std::string& text)
{
    const SplitUrl split = TRY(split_url(text));
    Uri uri = {.kind = Uri::Kind::Http, .place = split.url};
    const auto query = split.url.find('?');
    uri.shown = spec::shown(split.url.substr(0, query), kShownMost);
    if (query != split.url.npos)
        uri.shown += "?...";  // where signatures and tokens are
    if (!split.user.empty() || !split.password.empty())
        uri.authorization = basic_authorization(split.user, split.password);
    uri.name = percent_decoded(name_of(split.path));
    return uri;
}

}  // namespace

std::string percent_decoded(std::string_view text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escape = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 &&
                            digit(text[i + 2]) >= 0;
        if (escape) {
            result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

Result<Uri> read_uri(std::string_view text)
{
    if (text.empty())
        return failed("it is empty");
    if (text.size() > kUriMost)
        return failed("it has {} bytes, the most is {}", text.size(), kUriMost);
    if (std::ranges::any_of(text, is_control))
        return failed("it has a control character");
    if (text.starts_with('/'))
        return of_path(std::string(text), text);
    const auto colon = text.find(':');
    if (colon == text.npos || text.find('/') < colon)
        return failed("it is neither an absolute path nor a URI");
    const std::string scheme = lower(text.substr(0, colon));
    if (scheme == "file")
        return of_file(text.substr(colon + 1), text);
    if (scheme != "http" && scheme != "https")
        return failed("{} is none of the schemes that are carried out: http, https, file",
                      spec::quoted(scheme));
    return of_url(std::string(text));
}

Result<std::string> output_name(std::string_view name, Of whose)
{
    if (name.empty())
        return failed("is none; an output name gives one");
    if (name.starts_with('/'))
        return failed("is an absolute path; it is to lie in the sandbox");
    if (name.ends_with('/'))
        return failed("ends in a \"/\", as a folder does");
    if (whose == Of::Uri && (name == "." || name == ".." || name.find('/') != name.npos))
        return failed("is no name of a file");
    if (std::ranges::any_of(name, is_control))
        return failed("has a control character");
    auto clean = clean_path(name, {});
    if (!clean)
        return failed("cannot be one of a file: {}", clean.error().doing);
    if (clean->empty())
        return failed("is no name of a file");
    if (clean->starts_with(kWorkFolder))
        return failed("begins with {}, as our own files do", kWorkFolder);
    return clean;
}

}  // namespace fetcher
