// Downloads that are tried again.
#pragma once

#include <functional>

#include "fetcher/retry.hpp"
#include "spec/result.hpp"

namespace fetcher {

// Calls `attempt` until it succeeds or another try is of no use (fetcher/retry.hpp), and waits in
// between. It says in `setback` how it has failed. Where patience was at fault the error also says
// after how many tries.
Result<> persist(const RetryRules& rules, const std::function<Result<>(Setback& setback)>& attempt);

// How a get() of `http` has failed that returned `reply`.
Setback setback_of(const Http& http, const Result<HttpReply>& reply);

}  // namespace fetcher
