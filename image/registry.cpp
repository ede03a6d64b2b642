#include "image/registry.hpp"

#include <algorithm>
#include <utility>

#include "fetcher/body_part.hpp"
#include "fetcher/digest_of.hpp"
#include "fetcher/persist.hpp"
#include "image/registry_client.hpp"
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

// Takes a document's bytes, of which there may be no more than `most`.
fetcher::Http::Body into(std::string& text, std::uint64_t most, const std::string& name)
{
    return [&text, most, &name](const auto&, std::span<const std::byte> bytes) -> Result<> {
        if (bytes.size() > most - text.size())
            return failed("{} has more than {} bytes", name, most);
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return {};
    };
}

class Registry : public Source {
public:
    Registry(RegistryClient client, spec::Reference reference, const fetcher::RetryRules& retry)
        : client_(std::move(client)), reference_(std::move(reference)), retry_(retry)
    {
    }

    Result<Document> resolve() override
    {
        const auto& wanted = reference_.digest;
        return manifest(wanted ? wanted->text() : reference_.tag, wanted);
    }

    Result<Document> document(const spec::Descriptor& descriptor) override
    {
        const std::string name = descriptor.digest.text();
        if (descriptor.size > spec::kManifestMost)
            return failed("{} has {} bytes, the most is {}", name, descriptor.size,
                          spec::kManifestMost);
        if (spec::is_document(descriptor.media_type)) {
            auto found = TRY(manifest(name, descriptor.digest));
            if (found.text.size() != descriptor.size)
                return failed("{} has {} bytes, its descriptor says {}",
                              client_.place("manifests/" + name), found.text.size(),
                              descriptor.size);
            return found;
        }
        Document found = {.media_type = descriptor.media_type};
        const auto take = into(found.text, descriptor.size, name);
        const Sink sink = [&](std::span<const std::byte> bytes) { return take({}, bytes); };
        TRY(blob(descriptor, 0, sink));
        return check(std::move(found), "blobs/" + name, descriptor.digest);
    }

    Result<> blob(const spec::Descriptor& descriptor, std::uint64_t from, const Sink& sink) override
    {
        std::uint64_t have = from;
        return fetcher::persist(retry_, [&](fetcher::Setback& setback) {
            const auto before = have;
            auto done = go_on(descriptor, have, sink, setback);
            setback.brought = have - before;
            return done;
        });
    }

    bool is_far() const override { return true; }
    void let_go() override { client_.let_go(); }

private:
    // More of a blob of which we have the first `have` bytes: all others, or as many as come.
    Result<> go_on(const spec::Descriptor& descriptor, std::uint64_t& have, const Sink& sink,
                   fetcher::Setback& setback)
    {
        const std::string path = format("blobs/{}", descriptor.digest.text());
        const std::uint64_t from = ranges_ ? have : 0;
        std::optional<std::uint64_t> skip;
        bool gap = false;
        const auto body = [&](const fetcher::HttpReply& reply,
                              std::span<const std::byte> bytes) -> Result<> {
            if (!skip) {
                const auto part = TRY_TO(fetcher::body_part(reply), "{}", client_.place(path));
                gap = part.begin > have;
                if (gap)
                    return failed("{} begins at byte {} instead of {}", client_.place(path),
                                  part.begin, have);
                if (part.whole_size.value_or(descriptor.size) != descriptor.size)
                    return failed("{} has {} bytes, and should have {}", client_.place(path),
                                  *part.whole_size, descriptor.size);
                skip = have - part.begin;
            }
            const auto skipped = std::min<std::uint64_t>(*skip, bytes.size());
            *skip -= skipped;
            bytes = bytes.subspan(skipped);
            TRY(sink(bytes));
            have += bytes.size();
            return {};
        };
        auto got = client_.get({.path = path, .from = from}, body, setback);
        if (from > 0 && (gap || setback.status == 416)) {
            ranges_ = false;  // so it is asked for the whole, of which we skip what we have
            setback.failure = fetcher::HttpFailure::Connection;
        }
        TRY(std::move(got));
        if (have >= descriptor.size)
            return {};
        setback.failure = fetcher::HttpFailure::Connection;
        return failed("{} ends after {} of {} bytes", client_.place(path), have, descriptor.size);
    }

    Result<Document> manifest(const std::string& name, const std::optional<spec::Digest>& wanted)
    {
        const std::string path = "manifests/" + name;
        Document found;
        fetcher::HttpReply reply;
        const auto attempt = [&](fetcher::Setback& setback) -> Result<> {
            found.text.clear();
            reply = TRY(client_.get({.path = path, .headers = {accepted()}},
                                    into(found.text, spec::kManifestMost, path), setback));
            return {};
        };
        TRY(fetcher::persist(retry_, attempt));
        const std::string type = reply.header("content-type").value_or("");
        found.media_type = type.substr(0, type.find_first_of("; "));
        const auto told = reply.header("docker-content-digest");
        const auto read = told ? spec::read_digest(*told) : failed("none");
        if (read && wanted && *read != *wanted && read->hash == wanted->hash)
            return failed("{}: it says that this is {}", client_.place(path), read->text());
        const auto digest = wanted ? *wanted : read.value_or(fetcher::digest_of(found.text));
        return check(std::move(found), path, digest);
    }

    // The bytes decide what they are, whoever says what.
    Result<Document> check(Document found, const std::string& path,
                           const spec::Digest& digest) const
    {
        const auto is = fetcher::digest_of(found.text, digest.hash);
        if (is != digest)
            return failed("{}: its digest is {}, and should be {}", client_.place(path), is.text(),
                          digest.text());
        found.digest = digest;
        return found;
    }

    RegistryClient client_;
    spec::Reference reference_;
    fetcher::RetryRules retry_;
    bool ranges_ = true;  // it gives what it is asked for
};

}  // namespace

Result<std::unique_ptr<Source>> open_registry(const spec::Reference& reference,
                                              const spec::PullOptions& options)
{
    auto client = TRY(RegistryClient::make(reference, options));
    return std::make_unique<Registry>(std::move(client), reference,
                                      fetcher::RetryRules{options.retries, options.retry_delay});
}

}  // namespace image
