#include "fetcher/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>

#include "spec/text.hpp"
#include "spec/version.hpp"

namespace fetcher {

namespace {

constexpr unsigned kRedirectsMost = 10;
constexpr std::size_t kErrorTextMost = 512;
constexpr std::size_t kErrorBodyMost = std::size_t{64} << 10;  // then the connection is given up
constexpr std::size_t kHeadersMost = std::size_t{64} << 10;    // bytes of all of them
constexpr long kBufferSize = 512L << 10;

using Slist = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string lower(std::string_view text)
{
    std::string result(text);
    for (char& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

HttpFailure failure_of(CURLcode status)
{
    switch (status) {
        case CURLE_OK:
            return HttpFailure::None;
        case CURLE_SSL_CONNECT_ERROR:
            return HttpFailure::Tls;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_CONNECT:
        case CURLE_PARTIAL_FILE:
        case CURLE_OPERATION_TIMEDOUT:
        case CURLE_GOT_NOTHING:
        case CURLE_SEND_ERROR:
        case CURLE_RECV_ERROR:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return HttpFailure::Connection;
        default:
            return HttpFailure::Other;
    }
}

}  // namespace

// One request, as curl's callbacks see it.
struct Http::Exchange {
    const Body& body;
    HttpReply reply = {};
    std::size_t header_bytes = 0;
    std::size_t error_bytes = 0;
    std::optional<Error> error = {};

    bool good() const { return reply.status == 200 || reply.status == 206; }
    bool had_enough() const { return error_bytes > kErrorBodyMost; }

    static std::size_t take_header(char* text, std::size_t, std::size_t size, void* self)
    {
        auto& exchange = *static_cast<Exchange*>(self);
        const std::string_view line(text, size);
        exchange.header_bytes += size;
        if (exchange.header_bytes > kHeadersMost) {
            exchange.error = Error{.doing = format("more than {} bytes of headers", kHeadersMost)};
            return 0;
        }
        if (line.starts_with("HTTP/")) {  // of an interim reply (1xx), or the final one
            exchange.reply.headers.clear();
            const auto space = line.find(' ');
            exchange.reply.status = space == line.npos ? 0 : std::atol(text + space);
        } else if (const auto colon = line.find(':'); colon != line.npos) {
            exchange.reply.headers.emplace_back(lower(line.substr(0, colon)),
                                                trimmed(line.substr(colon + 1)));
        }
        return size;
    }

    static std::size_t take_body(char* text, std::size_t, std::size_t size, void* self)
    {
        auto& exchange = *static_cast<Exchange*>(self);
        if (!exchange.good()) {
            auto& kept = exchange.reply.error_text;
            kept.append(text,
                        std::min(size, kErrorTextMost - std::min(kErrorTextMost, kept.size())));
            exchange.error_bytes += size;
            return exchange.had_enough() ? 0 : size;
        }
        const auto taken = exchange.body(exchange.reply, std::as_bytes(std::span(text, size)));
        if (!taken) {
            exchange.error = taken.error();
            return 0;
        }
        return size;
    }
};

void Http::Close::operator()(void* handle) const
{
    curl_easy_cleanup(handle);
}

std::optional<std::string> HttpReply::header(std::string_view name) const
{
    const auto found =
        std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
    return found == headers.end() ? std::nullopt : std::optional(found->second);
}

Result<Http> Http::make(const HttpOptions& options)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return failed("libcurl does not start");
    void* handle = curl_easy_init();
    if (!handle)
        return failed("libcurl has no memory");
    return Http(options, handle);
}

void Http::set_options(const HttpRequest& request)
{
    void* curl = handle_.get();
    curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "davit");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kBufferSize);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout_s));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout_s));
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, options_.verify_tls ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, options_.verify_tls ? 2L : 0L);
    if (!options_.certificates.empty()) {
        curl_blob blob = {.data = options_.certificates.data(),
                          .len = options_.certificates.size(),
                          .flags = CURL_BLOB_NOCOPY};
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    }
    if (request.from > 0)
        curl_easy_setopt(curl, CURLOPT_RANGE, format("{}-", request.from).c_str());
}

Result<HttpReply> Http::get_once(const HttpRequest& request, const Body& body)
{
    void* curl = handle_.get();
    curl_easy_reset(curl);
    set_options(request);
    Exchange exchange{.body = body};
    exchange.reply.url = request.url;
    char why[CURL_ERROR_SIZE] = {};
    Slist headers(nullptr, curl_slist_free_all);
    const auto add = [&](const std::string& line) {
        headers.reset(curl_slist_append(headers.release(), line.c_str()));
    };
    for (const auto& line : request.headers)
        add(line);
    if (!request.authorization.empty())
        add("Authorization: " + request.authorization);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, Exchange::take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, Exchange::take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
    const CURLcode status = curl_easy_perform(curl);
    failure_ = exchange.error ? HttpFailure::Other : failure_of(status);
    if (exchange.error)
        return std::unexpected(std::move(*exchange.error));
    if (exchange.had_enough())
        failure_ = HttpFailure::None;
    else if (status != CURLE_OK)
        return failed("{}: {}", public_url(request.url), *why ? why : curl_easy_strerror(status));
    curl_off_t wait = 0;
    if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait) == CURLE_OK && wait > 0)
        exchange.reply.retry_after_s = static_cast<std::uint64_t>(wait);
    exchange.reply.error_text = spec::shown(exchange.reply.error_text, kErrorTextMost);
    return std::move(exchange.reply);
}

// Where a redirect leads, and with what.
static Result<> follow(HttpRequest& now, const std::string& location, const std::string& meant_for)
{
    const std::string from = public_url(now.url);
    const std::string origin = TRY(origin_of(now.url));
    now.url = TRY(resolve_url(now.url, location));
    const std::string next = TRY_TO(origin_of(now.url), "{}: redirect", from);
    if (origin.starts_with("https:") && !next.starts_with("https:"))
        return failed("{}: a redirect to {} would give up TLS", from, next);
    if (now.may_follow)
        TRY_TO(now.may_follow(next), "{}: redirect", from);
    if (next != meant_for)
        now.authorization.clear();
    return {};
}

Result<HttpReply> Http::get(const HttpRequest& request, const Body& body)
{
    HttpRequest now = request;
    failure_ = HttpFailure::Other;
    const std::string origin = TRY(origin_of(request.url));
    for (unsigned redirects = 0;; ++redirects) {
        auto got = get_once(now, body);
        if (!got && redirects > 0 && failure_ == HttpFailure::Tls)
            failure_ = HttpFailure::Other;
        auto reply = TRY(std::move(got));
        const auto location = reply.header("location");
        if (!is_redirect(reply.status) || !location)
            return reply;
        failure_ = HttpFailure::Other;
        if (redirects == kRedirectsMost)
            return failed("{}: more than {} redirects", public_url(request.url), kRedirectsMost);
        TRY(follow(now, *location, origin));
    }
}

Result<Http::Text> Http::get_text(const HttpRequest& request, std::size_t most)
{
    Text text;
    text.reply =
        TRY(get(request, [&](const HttpReply&, std::span<const std::byte> bytes) -> Result<> {
            if (text.body.size() + bytes.size() > most)
                return failed("{}: more than {} bytes", public_url(request.url), most);
            text.body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            return {};
        }));
    return text;
}

}  // namespace fetcher
