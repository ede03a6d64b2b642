// One repository of a registry over HTTP. How it wants to be spoken to (TLS, a login) is found out
// when it is asked for the first time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fetcher/http.hpp"
#include "fetcher/retry.hpp"
#include "image/credentials.hpp"
#include "image/registry.hpp"

namespace image {

class RegistryClient {
public:
    static Result<RegistryClient> make(const spec::Reference& reference,
                                       const spec::PullOptions& options);

    struct Request {
        std::string path = {};  // below /v2/REPOSITORY/
        std::vector<std::string> headers = {};
        std::uint64_t from = 0;  // the first byte wanted
    };

    // Once; every answer but a success is an error. `setback` says how it has failed.
    Result<fetcher::HttpReply> get(const Request& request, const fetcher::Http::Body& body,
                                   fetcher::Setback& setback);

    // Such as "https://example.org:443/library/alpine/PATH", for messages.
    std::string place(const std::string& path) const;

    // Closes its connections; the next get() makes new ones.
    void let_go() { http_.reset(); }

private:
    RegistryClient(spec::Reference reference, bool verify_tls)
        : reference_(std::move(reference)), verify_tls_(verify_tls)
    {
    }
    Result<> use(std::string_view scheme);
    bool may_do_without_tls() const;
    std::unexpected<Error> refused(const fetcher::HttpReply& reply, const std::string& path) const;

    spec::Reference reference_;
    bool verify_tls_;
    fetcher::HttpOptions http_options_ = {};
    std::optional<Credentials> credentials_ = {};
    std::string base_ = {};
    std::string origin_ = {};
    bool spoken_ = false;  // it has answered at this origin
    std::string authorization_ = {};
    std::optional<fetcher::Http> http_ = {};
};

}  // namespace image
