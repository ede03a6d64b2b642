// How a registry is told who we are: Basic, or a token of its token server
// (distribution's docs/spec/auth/token.md).
#pragma once

#include <optional>
#include <string>

#include "fetcher/http.hpp"
#include "fetcher/retry.hpp"
#include "image/credentials.hpp"
#include "spec/reference.hpp"
#include "spec/result.hpp"

namespace image {

// Whether a token server at `realm` may have the credentials for a registry, both given as origins:
// its own host, or by TLS one below the registry's host or parent domain, or one on our list.
bool may_have_credentials(std::string_view realm, std::string_view registry);

struct Asked {
    const spec::Reference& reference;
    std::string registry = {};  // its origin
    const std::optional<Credentials>& credentials;
};

// The value of the Authorization header that answers a 401. `setback` says how a token server has
// failed.
Result<std::string> authorize(fetcher::Http& http, const fetcher::HttpReply& refusal,
                              const Asked& asked, fetcher::Setback& setback);

}  // namespace image
