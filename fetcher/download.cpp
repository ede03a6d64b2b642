#include "fetcher/download.hpp"

#include <curl/curl.h>
#include <sys/random.h>
#include <time.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "spec/text.hpp"

namespace fetcher {

namespace {

// A date is proof of the same content only where it is so much older than the reply (RFC 9110,
// 8.8.2.2).
constexpr time_t kDateIsStrong = 60;  // seconds

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// What proves that the content is still the same; "": nothing does.
std::string validator_of(const HttpReply& reply)
{
    const auto etag = reply.header("etag");
    if (etag && etag->starts_with('"'))
        return *etag;
    const auto modified = reply.header("last-modified");
    const auto date = reply.header("date");
    if (etag || !modified || !date)
        return {};
    const time_t then = curl_getdate(modified->c_str(), nullptr);
    const time_t now = curl_getdate(date->c_str(), nullptr);
    return then >= 0 && now - then >= kDateIsStrong ? *modified : "";
}

// Of "bytes 100-199/200" the first number.
std::optional<std::uint64_t> range_start(const HttpReply& reply)
{
    constexpr std::string_view unit = "bytes ";
    const auto range = reply.header("content-range").value_or("");
    if (!range.starts_with(unit) || !std::isdigit(static_cast<unsigned char>(range[unit.size()])))
        return std::nullopt;
    return number(std::string_view(range).substr(unit.size()));
}

class Download {
public:
    Download(Http& http, const Uri& uri, Receiver& into) : http_(http), uri_(uri), into_(into) {}

    // Brings all of it, or what there is until the connection breaks.
    Result<HttpReply> go_on()
    {
        begun_ = false;
        if (validator_.empty() && into_.size() > 0)
            TRY(into_.begin_anew());
        HttpRequest request = {.url = uri_.place,
                               .headers = {},
                               .authorization = uri_.authorization,
                               .from = into_.size()};
        if (request.from > 0)
            request.headers.push_back("If-Range: " + validator_);
        auto reply = http_.get(
            request, [&](const HttpReply& now, std::span<const std::byte> bytes) -> Result<> {
                if (!begun_)
                    TRY(begin(now));
                return into_.take(bytes);
            });
        if (reply && reply->status == 200 && !begun_)  // of no bytes at all
            TRY(begin(*reply));
        return reply;
    }

private:
    Result<> begin(const HttpReply& reply)
    {
        begun_ = true;
        if (reply.status == 206 && (into_.size() == 0 || range_start(reply) != into_.size()))
            return failed("the server sends another part than it was asked for");
        if (reply.status == 200 && into_.size() > 0)
            TRY(into_.begin_anew());
        validator_ = validator_of(reply);
        const auto length = number(reply.header("content-length").value_or(""));
        return into_.expect(length > 0 ? into_.size() + length : 0);
    }

    Http& http_;
    const Uri& uri_;
    Receiver& into_;
    std::string validator_ = {};
    bool begun_ = false;
};

std::unexpected<Error> refused(const HttpReply& reply)
{
    if (reply.status == 404 || reply.status == 410)
        return failed("the server has nothing of this name ({})", reply.status);
    if (reply.status == 401 || reply.status == 403)
        return failed("the server refuses it ({})", reply.status);
    return failed("the server answers {}{}{}", reply.status, reply.error_text.empty() ? "" : ": ",
                  reply.error_text);
}

spec::Duration asked_pause(const HttpReply& reply)
{
    const auto seconds = number(reply.header("retry-after").value_or(""));
    return {.ms = std::min(seconds, kPauseMost.ms) * 1000};
}

// What went wrong with this URI, whose name others put in front.
Error without_name(Error error, const Uri& uri)
{
    const std::string name = uri.place + ": ";
    if (error.doing.starts_with(name))
        error.doing.erase(0, name.size());
    return error;
}

std::uint32_t random_number()
{
    std::uint32_t number = 0;
    (void)!::getrandom(&number, sizeof number, GRND_NONBLOCK);
    return number;
}

void wait(const spec::Duration& time)
{
    timespec left = {.tv_sec = static_cast<time_t>(time.ms / 1000),
                     .tv_nsec = static_cast<long>(time.ms % 1000) * 1'000'000};
    while (::nanosleep(&left, &left) < 0 && errno == EINTR) {
    }
}

}  // namespace

Result<> download(Http& http, const Uri& uri, const RetryRules& rules, Receiver& into)
{
    Download work(http, uri, into);
    Retry retry(rules);
    for (;;) {
        const std::uint64_t had = into.size();
        auto reply = work.go_on();
        if (reply && (reply->status == 200 || reply->status == 206))
            return {};
        Setback setback = {.failure = http.failure(),
                           .brought = into.size() > had ? into.size() - had : 0};
        if (reply && reply->status == 416 && had > 0) {
            TRY(into.begin_anew());
            setback.failure = HttpFailure::Connection;
        } else if (reply) {
            setback.status = reply->status;
            setback.retry_after = asked_pause(*reply);
        }
        const auto pause = retry.after(setback, random_number());
        if (!pause) {
            auto error = reply ? refused(*reply)
                               : std::unexpected(without_name(std::move(reply).error(), uri));
            if (retry.tries() > 1)
                error.error().doing += format(" (after {} tries)", retry.tries());
            return error;
        }
        wait(*pause);
    }
}

}  // namespace fetcher
