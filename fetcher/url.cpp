#include <curl/curl.h>
#include <openssl/evp.h>

#include <memory>

#include "fetcher/http.hpp"
#include "spec/text.hpp"

namespace fetcher {

namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Result<Url> parse(const std::string& text)
{
    Url url(curl_url(), curl_url_cleanup);
    if (const auto bad = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0))
        return failed("{} is no URL: {}", spec::quoted(text), curl_url_strerror(bad));
    return url;
}

std::string part(const Url& url, CURLUPart which, unsigned flags = 0)
{
    char* text = nullptr;
    const auto missing = curl_url_get(url.get(), which, &text, flags);
    const std::unique_ptr<char, decltype(&curl_free)> owned(text, curl_free);
    return missing ? std::string() : std::string(text);
}

}  // namespace

Result<std::string> origin_of(const std::string& url)
{
    const Url parsed = TRY(parse(url));
    const std::string scheme = part(parsed, CURLUPART_SCHEME);
    if (scheme != "http" && scheme != "https")
        return failed("{}: neither http nor https", spec::quoted(url));
    std::string host = part(parsed, CURLUPART_HOST);
    for (char& c : host)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return format("{}://{}:{}", scheme, host, part(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

std::string_view host_of(std::string_view origin)
{
    const auto begin = origin.find("://");
    const auto host = begin == origin.npos ? origin : origin.substr(begin + 3);
    return host.substr(0, host.rfind(':'));
}

std::string public_url(const std::string& url)
{
    const auto parsed = parse(url);
    if (!parsed)
        return spec::quoted(url.substr(0, url.find_first_of("?#@")));
    for (const auto secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS,
                              CURLUPART_QUERY, CURLUPART_FRAGMENT})
        curl_url_set(parsed->get(), secret, nullptr, 0);
    return part(*parsed, CURLUPART_URL);
}

Result<std::string> with_query(const std::string& url,
                               const std::vector<std::pair<std::string, std::string>>& query)
{
    const Url base = TRY(parse(url));
    for (const auto& [name, value] : query)
        if (const auto bad =
                curl_url_set(base.get(), CURLUPART_QUERY, format("{}={}", name, value).c_str(),
                             CURLU_APPENDQUERY | CURLU_URLENCODE))
            return failed("{}: {}", public_url(url), curl_url_strerror(bad));
    return part(base, CURLUPART_URL);
}

Result<SplitUrl> split_url(const std::string& url)
{
    const Url parsed(curl_url(), curl_url_cleanup);
    if (const auto bad = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0))
        return failed("it is no URL: {}", curl_url_strerror(bad));
    SplitUrl split = {.user = part(parsed, CURLUPART_USER, CURLU_URLDECODE),
                      .password = part(parsed, CURLUPART_PASSWORD, CURLU_URLDECODE),
                      .path = part(parsed, CURLUPART_PATH)};
    for (const auto secret : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT})
        (void)curl_url_set(parsed.get(), secret, nullptr, 0);
    split.url = part(parsed, CURLUPART_URL);
    return split;
}

std::string basic_authorization(const std::string& user, const std::string& password)
{
    const std::string text = format("{}:{}", user, password);
    std::string encoded((text.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    encoded.resize(static_cast<std::size_t>(size));
    return "Basic " + encoded;
}

Result<std::string> resolve_url(const std::string& url, const std::string& location)
{
    const Url base = TRY(parse(url));
    // libcurl resolves what is relative against what the handle holds.
    if (const auto bad = curl_url_set(base.get(), CURLUPART_URL, location.c_str(), 0))
        return failed("{}: a redirect to {}, which is no URL: {}", public_url(url),
                      spec::quoted(location.substr(0, location.find('?'))), curl_url_strerror(bad));
    return part(base, CURLUPART_URL);
}

bool is_loopback(std::string_view origin)
{
    const auto host = host_of(origin);
    // A name such as 127.example.org is anybody's.
    const bool numbers = host.find_first_not_of("0123456789.") == host.npos;
    return (numbers && host.starts_with("127.")) || host == "[::1]" || host == "localhost";
}

}  // namespace fetcher
