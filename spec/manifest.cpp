#include "spec/manifest.hpp"

#include <algorithm>

#include "spec/json.hpp"
#include "spec/text.hpp"

namespace spec {

namespace {

constexpr std::string_view kOciIndex = kDocumentTypes[0];
constexpr std::string_view kOciManifest = kDocumentTypes[1];
constexpr std::string_view kDockerIndex = kDocumentTypes[2];
constexpr std::string_view kDockerManifest = kDocumentTypes[3];

constexpr std::string_view kConfigTypes[] = {
    "application/vnd.oci.image.config.v1+json",
    "application/vnd.docker.container.image.v1+json",
};

constexpr std::string_view kLayerTypes[] = {
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
};

constexpr std::string_view kSchema1Types[] = {
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
};

// What servers say of any JSON or any file: it tells nothing.
constexpr std::string_view kVagueTypes[] = {
    "", "application/json", "application/octet-stream", "binary/octet-stream", "text/plain",
};

bool among(std::span<const std::string_view> words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

bool is_index(std::string_view media_type)
{
    return media_type == kOciIndex || media_type == kDockerIndex;
}

// As they are written, before the digest is one.
struct RawDescriptor {
    std::string media_type = {};
    std::string digest = {};
    std::uint64_t size = 0;
    std::optional<Platform> platform = {};
    Map<std::string> annotations = {};
};

struct RawDocument {
    std::int64_t schema_version = 0;
    std::string media_type = {};
    std::optional<RawDescriptor> config = {};
    std::optional<std::vector<RawDescriptor>> layers = {};
    std::optional<std::vector<RawDescriptor>> manifests = {};
    Map<std::string> annotations = {};
};

constexpr Field kPlatformFields[] = {
    field<&Platform::os>("os"),
    field<&Platform::architecture>("architecture"),
    field<&Platform::variant>("variant"),
};
constexpr auto kPlatform = object<Platform>(kPlatformFields);

std::string_view digest(std::string_view text)
{
    return read_digest(text) ? "" : "is not a digest: sha256:HEX and sha512:HEX are";
}

constexpr Field kDescriptorFields[] = {
    field<&RawDescriptor::media_type>("mediaType", {.required = true}),
    field<&RawDescriptor::digest>("digest", {.required = true, .check = digest}),
    field<&RawDescriptor::size>("size", {.required = true, .range = Range{0, INT64_MAX}}),
    field<&RawDescriptor::platform>("platform", kPlatform),
    field<&RawDescriptor::annotations>("annotations"),
};
constexpr auto kDescriptor = object<RawDescriptor>(kDescriptorFields);

Verdict check_layers(const std::vector<RawDescriptor>& layers)
{
    if (layers.size() > kLayersMost)
        return Fault{"layers", format("{} layers, the most is {}", layers.size(), kLayersMost)};
    std::uint64_t left = INT64_MAX;
    for (const auto& layer : layers) {
        if (!among(kLayerTypes, layer.media_type))
            return Fault{"layers", format("{} is not a media type of a layer that is known",
                                          quoted(layer.media_type))};
        if (layer.size > left)
            return Fault{"layers", format("are more than {} bytes together", INT64_MAX)};
        left -= layer.size;
    }
    return {};
}

Verdict check_manifest(const RawDocument& manifest)
{
    if (!manifest.config)
        return Fault{"", "\"config\" is missing"};
    if (!among(kConfigTypes, manifest.config->media_type))
        return Fault{"config", format("not a runnable image: its config is {}",
                                      quoted(manifest.config->media_type))};
    if (manifest.config->size > kManifestMost)
        return Fault{"config",
                     format("{} bytes, the most is {}", manifest.config->size, kManifestMost)};
    return check_layers(*manifest.layers);
}

Verdict check_document(const RawDocument& document)
{
    if (document.schema_version == 1)
        return Fault{"schemaVersion", "Docker's schema 1 is not carried out, only schema 2"};
    if (document.schema_version != 2)
        return Fault{"schemaVersion", format("{} is not known, 2 is", document.schema_version)};
    if (document.manifests && (document.layers || document.config))
        return Fault{document.layers ? "layers" : "config",
                     "is of a manifest, \"manifests\" is of an index: this is both"};
    if (!document.manifests && !document.layers)
        return Fault{"",
                     "neither a manifest, which has \"layers\", nor an index, which has "
                     "\"manifests\""};
    if (!document.media_type.empty()) {
        if (!is_document(document.media_type))
            return Fault{"mediaType", format("{} is neither a manifest nor an index",
                                             quoted(document.media_type))};
        if (is_index(document.media_type) != document.manifests.has_value())
            return Fault{"mediaType",
                         format("{} is not what this is, {}", quoted(document.media_type),
                                document.manifests ? "an index" : "a manifest")};
    }
    return document.manifests ? Verdict() : check_manifest(document);
}

constexpr Field kDocumentFields[] = {
    field<&RawDocument::schema_version>("schemaVersion", {.required = true}),
    field<&RawDocument::media_type>("mediaType"),
    field<&RawDocument::config>("config", kDescriptor),
    field<&RawDocument::layers>("layers", kDescriptor),
    field<&RawDocument::manifests>("manifests", kDescriptor),
    field<&RawDocument::annotations>("annotations"),
};
constexpr auto kDocument = object<RawDocument, check_document>(kDocumentFields);

// Of a text that does not say it itself.
std::string_view guessed_type(const RawDocument& document)
{
    if (document.manifests)
        return kOciIndex;
    return document.config->media_type == kConfigTypes[1] ? kDockerManifest : kOciManifest;
}

// A Content-Type without its parameters, in lower case.
std::string bare_type(std::string_view told)
{
    told = told.substr(0, told.find(';'));
    const auto last = told.find_last_not_of(" \t");
    const auto first = told.find_first_not_of(" \t");
    return last == told.npos ? "" : case_folded(told.substr(first, last + 1 - first));
}

Result<> check_told(std::string_view told, std::string_view name)
{
    if (among(kSchema1Types, told))
        return failed("{}: is {}: Docker's schema 1 is not carried out, only schema 2", name, told);
    if (!among(kVagueTypes, told) && !is_document(told))
        return failed("{}: is {}, neither a manifest nor an index", name, shown(told));
    return {};
}

// The media type that is true of `document`, whatever of it was said by whom.
Result<std::string> settled_type(const RawDocument& document, std::string_view told,
                                 std::string_view name)
{
    if (among(kVagueTypes, told))
        return std::string(document.media_type.empty() ? guessed_type(document)
                                                       : document.media_type);
    const bool same = document.media_type.empty() ? is_index(told) == document.manifests.has_value()
                                                  : told == document.media_type;
    if (!same)
        return failed("{}: was announced as {}, and is {}", name, told,
                      document.media_type.empty() ? guessed_type(document) : document.media_type);
    return std::string(told);
}

Result<Descriptor> cooked(RawDescriptor& raw)
{
    auto good = TRY(read_digest(raw.digest));
    return Descriptor{.media_type = std::move(raw.media_type),
                      .digest = std::move(good),
                      .size = raw.size,
                      .platform = std::move(raw.platform),
                      .annotations = std::move(raw.annotations)};
}

Result<std::vector<Descriptor>> cooked(std::vector<RawDescriptor>& raw)
{
    std::vector<Descriptor> all;
    all.reserve(raw.size());
    for (auto& each : raw) {
        auto descriptor = TRY(cooked(each));
        all.push_back(std::move(descriptor));
    }
    return all;
}

}  // namespace

bool is_document(std::string_view media_type)
{
    return among(kDocumentTypes, media_type);
}

Result<Document> read_document(std::string_view text, std::string_view name, std::string_view told)
{
    const std::string type = bare_type(told);
    TRY(check_told(type, name));
    auto raw = TRY(read_json(kDocument, text, name));
    auto media_type = TRY(settled_type(raw, type, name));
    if (raw.manifests) {
        auto manifests = TRY(cooked(*raw.manifests));
        return Index{.media_type = std::move(media_type),
                     .manifests = std::move(manifests),
                     .annotations = std::move(raw.annotations)};
    }
    auto config = TRY(cooked(*raw.config));
    auto layers = TRY(cooked(*raw.layers));
    return Manifest{.media_type = std::move(media_type),
                    .config = std::move(config),
                    .layers = std::move(layers),
                    .annotations = std::move(raw.annotations)};
}

}  // namespace spec
