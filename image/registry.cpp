#include "image/registry.hpp"

#include <utility>

#include "fetcher/digest_of.hpp"
#include "fetcher/http.hpp"
#include "image/registry_auth.hpp"
#include "image/registry_files.hpp"
#include "spec/text.hpp"

namespace image {

namespace {

std::string accepted()
{
    std::string accept = "Accept: ";
    for (const auto type : spec::kDocumentTypes)
        accept += format("{}{}", type == spec::kDocumentTypes[0] ? "" : ", ", type);
    return accept;
}

class Registry : public Source {
public:
    Registry(spec::Reference reference, const spec::PullOptions& options)
        : reference_(std::move(reference)), options_(options)
    {
    }

    Result<> open()
    {
        const std::string host(reference_.registry());
        http_options_.verify_tls = options_.verify_tls;
        http_options_.certificates = TRY(read_certificates(options_.cert_folder, host));
        credentials_ = TRY(read_credentials(options_.auth_file, reference_));
        base_ = "https://" + host;
        origin_ = TRY(fetcher::origin_of(base_));
        return {};
    }

    Result<Document> resolve() override
    {
        const auto& wanted = reference_.digest;
        return manifest(wanted ? wanted->text() : reference_.tag, wanted);
    }

    Result<Document> document(const spec::Descriptor& descriptor) override
    {
        if (spec::is_document(descriptor.media_type))
            return manifest(descriptor.digest.text(), descriptor.digest);
        Document found = {
            .text = {}, .media_type = descriptor.media_type, .digest = descriptor.digest};
        TRY(blob(descriptor, 0, [&](std::span<const std::byte> bytes) -> Result<> {
            found.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            return found.text.size() <= spec::kManifestMost
                       ? Result<>()
                       : failed("{}: more than {} bytes", descriptor.digest.text(),
                                spec::kManifestMost);
        }));
        return check(std::move(found), descriptor.digest);
    }

    Result<> blob(const spec::Descriptor& descriptor, std::uint64_t from, const Sink& sink) override
    {
        const std::string path = format("blobs/{}", descriptor.digest.text());
        std::uint64_t skip = 0;
        bool begun = false;
        const auto body = [&](const fetcher::HttpReply& reply,
                              std::span<const std::byte> bytes) -> Result<> {
            if (!begun && reply.status == 200)
                skip = from;  // it does not know Range, or does not care
            begun = true;
            const auto skipped = std::min<std::uint64_t>(skip, bytes.size());
            skip -= skipped;
            return sink(bytes.subspan(skipped));
        };
        const auto reply = TRY(get(path, {}, from, body));
        return reply.status == 200 || reply.status == 206 ? Result<>() : refused(reply, path);
    }

    bool is_far() const override { return true; }
    void let_go() override { http_.reset(); }

private:
    Result<fetcher::HttpReply> get(const std::string& path, const std::vector<std::string>& headers,
                                   std::uint64_t from, const fetcher::Http::Body& body)
    {
        if (!http_) {
            auto http = TRY(fetcher::Http::make(http_options_));
            http_.emplace(std::move(http));
        }
        for (bool asked = false;;) {
            const fetcher::HttpRequest request = {
                .url = format("{}/v2/{}/{}", base_, reference_.path, path),
                .headers = headers,
                .authorization = authorization_,
                .from = from};
            auto reply = http_->get(request, body);
            if (!reply && may_do_without_tls()) {
                base_ = "http://" + std::string(reference_.registry());
                origin_ = TRY(fetcher::origin_of(base_));
                continue;
            }
            auto got = TRY(std::move(reply));
            if (got.status != 401 || std::exchange(asked, true))
                return got;
            authorization_ =
                TRY_TO(authorize(*http_, got, {reference_, origin_, credentials_}), "{}", origin_);
        }
    }

    // Where nobody speaks TLS, and nobody else can listen or it was allowed.
    bool may_do_without_tls() const
    {
        return http_->failure() == fetcher::HttpFailure::Tls && base_.starts_with("https:") &&
               (!options_.verify_tls || fetcher::is_loopback(origin_));
    }

    Result<Document> manifest(const std::string& name, const std::optional<spec::Digest>& wanted)
    {
        const std::string path = "manifests/" + name;
        Document found;
        const auto reply = TRY(
            get(path, {accepted()}, 0,
                [&](const fetcher::HttpReply&, std::span<const std::byte> bytes) -> Result<> {
                    found.text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                    return found.text.size() <= spec::kManifestMost
                               ? Result<>()
                               : failed("{}: more than {} bytes", path, spec::kManifestMost);
                }));
        if (reply.status != 200)
            return refused(reply, path);
        const std::string type = reply.header("content-type").value_or("");
        found.media_type = type.substr(0, type.find_first_of("; "));
        const auto told = reply.header("docker-content-digest");
        const auto read = told ? spec::read_digest(*told) : failed("none");
        const auto digest = wanted ? *wanted : read.value_or(fetcher::digest_of(found.text));
        if (read && wanted && *read != *wanted && read->hash == wanted->hash)
            return failed("{}/{}: it says that this is {}", origin_, path, read->text());
        return check(std::move(found), digest);
    }

    // The bytes decide what they are, whoever says what.
    Result<Document> check(Document found, const spec::Digest& digest) const
    {
        if (fetcher::digest_of(found.text, digest.hash) != digest)
            return failed("{}: what it gives for {} has another digest", origin_, digest.text());
        found.digest = digest;
        return found;
    }

    std::unexpected<Error> refused(const fetcher::HttpReply& reply, const std::string& path) const
    {
        if (reply.status == 404)
            return failed("{} has no {}/{} (404)", origin_, reference_.path, path);
        if (reply.status == 401 || reply.status == 403)
            return failed("{} refuses {}/{} ({})", origin_, reference_.path, path, reply.status);
        return failed("{} answers {} for {}/{}: {}", origin_, reply.status, reference_.path, path,
                      reply.error_text);
    }

    spec::Reference reference_;
    spec::PullOptions options_;
    fetcher::HttpOptions http_options_ = {};
    std::optional<Credentials> credentials_ = {};
    std::string base_ = {};
    std::string origin_ = {};
    std::string authorization_ = {};
    std::optional<fetcher::Http> http_ = {};
};

}  // namespace

Result<std::unique_ptr<Source>> open_registry(const spec::Reference& reference,
                                              const spec::PullOptions& options)
{
    auto registry = std::make_unique<Registry>(reference, options);
    TRY(registry->open());
    return registry;
}

}  // namespace image
