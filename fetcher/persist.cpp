#include "fetcher/persist.hpp"

#include "sys/random.hpp"
#include "sys/time.hpp"

namespace fetcher {

Result<> persist(const RetryRules& rules, const std::function<Result<>(Setback& setback)>& attempt)
{
    Retry retry(rules);
    for (;;) {
        Setback setback;
        auto done = attempt(setback);
        if (done)
            return done;
        const std::uint32_t random = TRY(sys::random_bits());
        const auto wait = retry.after(setback, random);
        if (!wait) {
            if (retry.tries() > 1 && may_pass(setback))
                done.error().doing += format(", after {} tries", retry.tries());
            return done;
        }
        sys::pause(wait->ms);
    }
}

Setback setback_of(const Http& http, const Result<HttpReply>& reply)
{
    if (!reply)
        return {.failure = http.failure()};
    return {.status = reply->status, .retry_after = {reply->retry_after_s * 1'000}};
}

}  // namespace fetcher
