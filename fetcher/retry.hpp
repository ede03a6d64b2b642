// Whether a download that has failed is worth another try, and how long to wait before it. A pure
// rule: who asks it waits by himself, and goes on from what has come (HttpRequest::from).
#pragma once

#include <cstdint>
#include <optional>

#include "fetcher/http.hpp"
#include "spec/retry_rules.hpp"

namespace fetcher {

// No server makes us wait longer before one try, whatever it asks for.
inline constexpr spec::Duration kPauseMost = {.ms = 60'000};
// A try that brings so many bytes makes the count begin anew: a large file may break more often
// than a small one, and no server gets more than its size's worth of tries.
inline constexpr std::uint64_t kProgress = std::uint64_t{1} << 20;

using spec::RetryRules;

// How a try has failed: nobody answered or the connection broke (`failure`), or the answer was no
// success (`status`).
struct Setback {
    HttpFailure failure = HttpFailure::None;
    long status = 0;
    spec::Duration retry_after = {};  // that the server asks for; 0: nothing
    std::uint64_t brought = 0;        // bytes, which are kept
};

// Another try of the same may succeed: the connection's fault, or a server that says that it has
// too much to do or is broken (408, 425, 429, 5xx but 501 and 505).
bool may_pass(const Setback& setback);

// The tries of one download.
class Retry {
public:
    explicit Retry(const RetryRules& rules) : rules_(rules) {}

    // How long to wait before the next try; nothing: the one that has failed was the last. `random`
    // has 32 random bits: clients that fail together must not come back together.
    std::optional<spec::Duration> after(const Setback& setback, std::uint32_t random);

    unsigned tries() const { return tries_; }  // that have failed

private:
    RetryRules rules_;
    unsigned tries_ = 0;
    unsigned in_a_row_ = 0;  // of these, since bytes have come
};

}  // namespace fetcher
