// Who we are to a registry: the "auths" of docker's config.json and containers' auth.json.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/reference.hpp"
#include "spec/result.hpp"

namespace image {

struct Credentials {
    std::string user = {};
    std::string password = {};
    std::string identity_token = {};  // in the place of a password (OAuth2's refresh token)

    std::string basic() const;  // the value of an Authorization header
};

// The entry whose key fits the repository best: HOST/PATH, any folder of PATH, HOST. A key may be a
// URL, of which the host counts; docker.io has three names. `name` stands in front of messages.
// Nothing where there is none.
Result<std::optional<Credentials>> find_credentials(std::string_view text, std::string_view name,
                                                    const spec::Reference& reference);

}  // namespace image
