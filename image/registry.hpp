// A registry as a source (distribution-spec 1.1, pull).
#pragma once

#include "fetcher/retry.hpp"
#include "image/source.hpp"
#include "spec/duration.hpp"

namespace image {

struct RegistryOptions {
    std::string auth_file = {};    // empty: the usual places
    std::string cert_folder = {};  // with CA certificates (*.crt); empty: the usual places
    bool verify_tls = true;        // false also allows http
    fetcher::RetryRules retry = {};
    spec::Duration stall_timeout = {.ms = 60'000};  // then a connection without bytes is given up
};

// Credentials go to the registry itself, and to a token server that belongs to it.
Result<std::unique_ptr<Source>> open_registry(const spec::Reference& reference,
                                              const RegistryOptions& options);

}  // namespace image
