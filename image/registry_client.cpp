#include "image/registry_client.hpp"

#include <algorithm>
#include <utility>

#include "fetcher/persist.hpp"
#include "image/registry_auth.hpp"
#include "image/registry_files.hpp"

namespace image {

Result<RegistryClient> RegistryClient::make(const spec::Reference& reference,
                                            const spec::PullOptions& options)
{
    RegistryClient client(reference, options.verify_tls);
    const std::string host(reference.registry());
    const auto stall_s = static_cast<std::uint32_t>(std::max<std::uint64_t>(
        1, std::min<std::uint64_t>(options.stall_timeout.ms / 1'000, UINT32_MAX)));
    auto& http = client.http_options_;
    http.verify_tls = options.verify_tls;
    http.stall_timeout_s = stall_s;
    http.connect_timeout_s = std::min(http.connect_timeout_s, stall_s);
    http.certificates = TRY(read_certificates(options.cert_folder, host));
    client.credentials_ = TRY(read_credentials(options.auth_file, reference));
    TRY(client.use("https"));
    return client;
}

Result<> RegistryClient::use(std::string_view scheme)
{
    base_ = format("{}://{}", scheme, reference_.registry());
    origin_ = TRY(fetcher::origin_of(base_));
    return {};
}

Result<fetcher::HttpReply> RegistryClient::get(const Request& request,
                                               const fetcher::Http::Body& body,
                                               fetcher::Setback& setback)
{
    if (!http_) {
        auto http = TRY(fetcher::Http::make(http_options_));
        http_.emplace(std::move(http));
    }
    for (bool asked = false;;) {
        auto reply = http_->get({.url = format("{}/v2/{}/{}", base_, reference_.path, request.path),
                                 .headers = request.headers,
                                 .authorization = authorization_,
                                 .from = request.from},
                                body);
        setback = fetcher::setback_of(*http_, reply);
        if (!reply && may_do_without_tls()) {
            TRY(use("http"));
            continue;
        }
        auto got = TRY(std::move(reply));
        spoken_ = true;
        if (got.status == 200 || got.status == 206)
            return got;
        // Nobody but the registry itself may ask who we are.
        const std::string who = TRY(fetcher::origin_of(got.url));
        if (got.status != 401 || who != origin_ || std::exchange(asked, true))
            return refused(got, request.path);
        authorization_ = TRY_TO(
            authorize(*http_, got, {reference_, origin_, credentials_}, setback), "{}", origin_);
    }
}

std::string RegistryClient::place(const std::string& path) const
{
    return format("{}/{}/{}", origin_, reference_.path, path);
}

// Where nobody speaks TLS, and nobody else can listen or it was allowed.
bool RegistryClient::may_do_without_tls() const
{
    return http_->failure() == fetcher::HttpFailure::Tls && base_.starts_with("https:") &&
           !spoken_ && (!verify_tls_ || fetcher::is_loopback(origin_));
}

std::unexpected<Error> RegistryClient::refused(const fetcher::HttpReply& reply,
                                               const std::string& path) const
{
    const std::string who = TRY(fetcher::origin_of(reply.url));
    const std::string what = format("{}/{}", reference_.path, path);
    if (reply.status == 404)
        return failed("{} has no {} (404)", who, what);
    if (reply.status == 401 || reply.status == 403)
        return failed("{} refuses {} ({})", who, what, reply.status);
    return failed("{} answers {} for {}{}{}", who, reply.status, what,
                  reply.error_text.empty() ? "" : ": ", reply.error_text);
}

}  // namespace image
