#include "spec/image_config.hpp"

#include "spec/config_tables.hpp"
#include "spec/json.hpp"

namespace spec {

namespace {

struct Nothing {};
constexpr auto kNothing = object<Nothing>({});

struct RawRun {
    std::string user = {};
    Map<Nothing> exposed_ports = {};
    std::vector<std::string> env = {};
    std::vector<std::string> entrypoint = {};
    std::vector<std::string> cmd = {};
    Map<Nothing> volumes = {};
    std::string working_dir = {};
    Map<std::string> labels = {};
    std::string stop_signal = {};
};

struct RawRootfs {
    std::string type = {};
    std::vector<std::string> diff_ids = {};
};

struct RawConfig {
    std::string os = {};
    std::string architecture = {};
    std::string variant = {};
    std::string os_version = {};
    std::vector<std::string> os_features = {};
    std::string author = {};
    std::string created = {};
    RawRun run = {};
    RawRootfs rootfs = {};
};

constexpr Field kRunFields[] = {
    field<&RawRun::user>("User"),
    field<&RawRun::exposed_ports>("ExposedPorts", kNothing),
    field<&RawRun::env>("Env", {.check = environment}),
    field<&RawRun::entrypoint>("Entrypoint"),
    field<&RawRun::cmd>("Cmd"),
    field<&RawRun::volumes>("Volumes", kNothing),
    field<&RawRun::working_dir>("WorkingDir"),
    field<&RawRun::labels>("Labels"),
    field<&RawRun::stop_signal>("StopSignal"),
};
constexpr auto kRun = object<RawRun>(kRunFields);

std::string_view layers_only(std::string_view type)
{
    return type == "layers" ? "" : "is not \"layers\"";
}
std::string_view digest(std::string_view text)
{
    return read_digest(text) ? "" : "is not a digest: sha256:HEX and sha512:HEX are";
}

constexpr Field kRootfsFields[] = {
    field<&RawRootfs::type>("type", {.required = true, .check = layers_only}),
    field<&RawRootfs::diff_ids>("diff_ids", {.check = digest}),
};
constexpr auto kRootfs = object<RawRootfs>(kRootfsFields);

// os and architecture are required; but images by hand lack them, and the index has told them.
constexpr Field kConfigFields[] = {
    field<&RawConfig::os>("os"),
    field<&RawConfig::architecture>("architecture"),
    field<&RawConfig::variant>("variant"),
    field<&RawConfig::os_version>("os.version"),
    field<&RawConfig::os_features>("os.features"),
    field<&RawConfig::author>("author"),
    field<&RawConfig::created>("created"),
    field<&RawConfig::run>("config", kRun),
    field<&RawConfig::rootfs>("rootfs", kRootfs, {.required = true}),
};
constexpr auto kImageConfig = object<RawConfig>(kConfigFields);

std::vector<std::string> keys(const Map<Nothing>& set)
{
    std::vector<std::string> all;
    for (const auto& [key, nothing] : set)
        all.push_back(key);
    return all;
}

}  // namespace

Result<ImageConfig> read_image_config(std::string_view text, std::string_view name)
{
    auto raw = TRY(read_json(kImageConfig, text, name));
    ImageConfig config = {.platform = {raw.os, raw.architecture, raw.variant},
                          .os_version = std::move(raw.os_version),
                          .os_features = std::move(raw.os_features),
                          .author = std::move(raw.author),
                          .created = std::move(raw.created),
                          .user = std::move(raw.run.user),
                          .exposed_ports = keys(raw.run.exposed_ports),
                          .env = std::move(raw.run.env),
                          .entrypoint = std::move(raw.run.entrypoint),
                          .cmd = std::move(raw.run.cmd),
                          .volumes = keys(raw.run.volumes),
                          .working_dir = std::move(raw.run.working_dir),
                          .labels = std::move(raw.run.labels),
                          .stop_signal = std::move(raw.run.stop_signal)};
    for (const auto& each : raw.rootfs.diff_ids) {
        auto diff_id = TRY(read_digest(each));
        config.diff_ids.push_back(std::move(diff_id));
    }
    return config;
}

Result<> check_layers(const ImageConfig& config, std::size_t layers)
{
    if (config.diff_ids.size() != layers)
        return failed("the manifest has {} layers, the image's config has {} diff_ids", layers,
                      config.diff_ids.size());
    return {};
}

std::string chain_text(const Digest& chain_below, const Digest& diff_id)
{
    return format("{} {}", chain_below.text(), diff_id.text());
}

}  // namespace spec
