// HTTP and HTTPS by libcurl, one request after the other. Redirects are followed here, not by curl:
// what is secret goes to the origin that it was meant for, and to no other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spec/result.hpp"

namespace fetcher {

struct HttpOptions {
    std::string certificates = {};  // PEM: to be trusted besides the system's
    bool verify_tls = true;
    std::uint32_t connect_timeout_s = 30;
    std::uint32_t stall_timeout_s = 60;  // with less than a byte a second
};

struct HttpRequest {
    std::string url = {};
    std::vector<std::string> headers = {};  // "Accept: text/plain"
    std::string authorization = {};         // the header's value; for this URL's origin alone
    std::uint64_t from = 0;                 // the first byte wanted (Range)
    // Asked before a redirect is followed, with the origin that it leads to; an error ends it.
    std::function<Result<>(const std::string& origin)> may_follow = {};
};

// What has prevented a reply.
enum class HttpFailure : std::uint8_t {
    None,
    Connection,  // it could not be made, or broke: another try may help
    Tls,         // nobody spoke TLS at the URL that was asked for
    Other,       // a certificate, a limit, the receiver of the body
};

struct HttpReply {
    long status = 0;
    std::string url = {};                                           // after all redirects
    std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
    std::string error_text = {};      // the beginning of a body that is no success, printable
    std::uint64_t retry_after_s = 0;  // what it asks for, by seconds or by date; 0: nothing

    // The first of this name.
    std::optional<std::string> header(std::string_view name) const;
};

class Http {
public:
    // Of a success (200, 206) in pieces, in their order. `reply` has the headers; an error ends it.
    using Body = std::function<Result<>(const HttpReply& reply, std::span<const std::byte>)>;

    static Result<Http> make(const HttpOptions& options);

    // Any status is a reply; an error is what prevented one, or the body's own.
    Result<HttpReply> get(const HttpRequest& request, const Body& body);

    // Of the last get().
    HttpFailure failure() const { return failure_; }

    // The whole body, of `most` bytes at most.
    struct Text {
        HttpReply reply = {};
        std::string body = {};
    };
    Result<Text> get_text(const HttpRequest& request, std::size_t most);

private:
    struct Close {
        void operator()(void* handle) const;
    };
    struct Exchange;
    Http(HttpOptions options, void* handle) : options_(std::move(options)), handle_(handle) {}
    void set_options(const HttpRequest& request);

    Result<HttpReply> get_once(const HttpRequest& request, const Body& body);

    HttpOptions options_;
    HttpFailure failure_ = HttpFailure::None;
    std::unique_ptr<void, Close> handle_;  // CURL; it keeps connections for the next request
};

// Such as "host" of "https://host:443".
std::string_view host_of(std::string_view origin);

// The URL as messages may show it: without a password, and without the query, which is one for
// those who sign their URLs.
std::string public_url(const std::string& url);

// The URL with these added to its query, encoded.
Result<std::string> with_query(const std::string& url,
                               const std::vector<std::pair<std::string, std::string>>& query);

// Scheme, host and port of a URL, in normal form: "https://example.org:443".
Result<std::string> origin_of(const std::string& url);

// A URL in its parts, for what must not be passed on. An error does not quote it.
struct SplitUrl {
    std::string url = {};   // without credentials and fragment
    std::string user = {};  // decoded
    std::string password = {};
    std::string path = {};  // as it stands in the URL
};
Result<SplitUrl> split_url(const std::string& url);

// The value of an Authorization header (RFC 7617).
std::string basic_authorization(const std::string& user, const std::string& password);

// What `location` means where `url` has said it (RFC 3986, 5.2).
Result<std::string> resolve_url(const std::string& url, const std::string& location);

// Whether an origin's host is this machine (127.0.0.0/8, ::1, localhost).
bool is_loopback(std::string_view origin);

}  // namespace fetcher
