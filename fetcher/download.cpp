#include "fetcher/download.hpp"

#include <curl/curl.h>
#include <time.h>

#include "fetcher/body_part.hpp"
#include "fetcher/persist.hpp"

namespace fetcher {

namespace {

// A date is proof of the same content only where it is so much older than the reply (RFC 9110,
// 8.8.2.2).
constexpr time_t kDateIsStrong = 60;  // seconds

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

std::unexpected<Error> refused(const HttpReply& reply)
{
    if (reply.status == 404 || reply.status == 410)
        return failed("the server has nothing of this name ({})", reply.status);
    if (reply.status == 401 || reply.status == 403)
        return failed("the server refuses it ({})", reply.status);
    return failed("the server answers {}{}{}", reply.status, reply.error_text.empty() ? "" : ": ",
                  reply.error_text);
}

class Download {
public:
    Download(Http& http, const Uri& uri, Receiver& into) : http_(http), uri_(uri), into_(into) {}

    // Brings what is missing, or what comes of it until the connection breaks.
    Result<> attempt(Setback& setback)
    {
        begun_ = false;
        if (validator_.empty() && into_.size() > 0)
            TRY(into_.begin_anew());
        const std::uint64_t had = into_.size();
        const auto reply = ask();
        setback = setback_of(http_, reply);
        setback.brought = into_.size() > had ? into_.size() - had : 0;
        if (!reply)
            return std::unexpected(without_name(reply.error()));
        if (reply->status == 416 && had > 0) {
            validator_.clear();
            setback = {.failure = HttpFailure::Connection};
        }
        if (reply->status != 200 && reply->status != 206)
            return refused(*reply);
        if (!begun_)  // of no bytes at all
            TRY(begin(*reply));
        if (into_.size() >= whole_size_)
            return {};
        setback.failure = HttpFailure::Connection;
        return failed("the server sends {} of {} bytes", into_.size(), whole_size_);
    }

private:
    Result<HttpReply> ask()
    {
        HttpRequest request = {.url = uri_.place,
                               .headers = {},
                               .authorization = uri_.authorization,
                               .from = into_.size()};
        if (request.from > 0)
            request.headers.push_back("If-Range: " + validator_);
        return http_.get(request,
                         [&](const HttpReply& now, std::span<const std::byte> bytes) -> Result<> {
                             if (!begun_)
                                 TRY(begin(now));
                             return into_.take(bytes);
                         });
    }

    Result<> begin(const HttpReply& reply)
    {
        begun_ = true;
        const BodyPart part = TRY(body_part(reply));
        if (reply.status == 206 && (into_.size() == 0 || part.begin != into_.size()))
            return failed("the server sends another part than it was asked for");
        if (reply.status == 200 && into_.size() > 0)
            TRY(into_.begin_anew());
        validator_ = validator_of(reply);
        whole_size_ = part.whole_size.value_or(0);
        return into_.expect(whole_size_);
    }

    // Others put the name in front.
    Error without_name(Error error) const
    {
        const std::string name = public_url(uri_.place) + ": ";
        if (error.doing.starts_with(name))
            error.doing.erase(0, name.size());
        return error;
    }

    Http& http_;
    const Uri& uri_;
    Receiver& into_;
    std::string validator_ = {};
    std::uint64_t whole_size_ = 0;  // 0: nobody knows
    bool begun_ = false;
};

}  // namespace

Result<> download(Http& http, const Uri& uri, const RetryRules& rules, Receiver& into)
{
    Download work(http, uri, into);
    return persist(rules, [&](Setback& setback) { return work.attempt(setback); });
}

}  // namespace fetcher
