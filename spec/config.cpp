#include "spec/config.hpp"

#include "spec/config_tables.hpp"
#include "spec/semver.hpp"

namespace spec {

static std::string_view version(std::string_view text)
{
    return parse_semver(text) ? "" : "is not a version such as 1.3.0 (SemVer 2.0.0)";
}

static constexpr Field kRootFields[] = {
    field<&Root::path>("path", {.required = true, .check = filled}),
    field<&Root::readonly>("readonly"),
};
static constexpr Object<Root> kRoot = object<Root>(kRootFields);

static constexpr Field kHookFields[] = {
    field<&Hook::path>("path", {.required = true, .check = absolute}),
    field<&Hook::args>("args"),
    field<&Hook::env>("env", {.check = environment}),
    field<&Hook::timeout>("timeout", {.range = Range{1, INT64_MAX}}),
};
static constexpr Object<Hook> kHook = object<Hook>(kHookFields);

static constexpr Field kHooksFields[] = {
    field<&Hooks::prestart>("prestart", kHook),
    field<&Hooks::create_runtime>("createRuntime", kHook),
    field<&Hooks::create_container>("createContainer", kHook),
    field<&Hooks::start_container>("startContainer", kHook),
    field<&Hooks::poststart>("poststart", kHook),
    field<&Hooks::poststop>("poststop", kHook),
};
static constexpr Object<Hooks> kHooks = object<Hooks>(kHooksFields);

static constexpr Field kConfigFields[] = {
    field<&Config::oci_version>("ociVersion", {.required = true, .check = version}),
    // The schema lets it be absent; the text requires it everywhere but on Hyper-V.
    field<&Config::root>("root", kRoot, {.required = true}),
    field<&Config::mounts>("mounts", kMount),
    field<&Config::process>("process", kProcess),
    field<&Config::hostname>("hostname"),
    field<&Config::domainname>("domainname"),
    field<&Config::hooks>("hooks", kHooks),
    field<&Config::linux>("linux", kLinux),
    field<&Config::annotations>("annotations", {.check_key = filled}),
    ignored("freebsd"),
    ignored("solaris"),
    ignored("vm"),
    ignored("windows"),
    ignored("zos"),
};
constinit const Object<Config> kConfig = object<Config>(kConfigFields);

Result<Config> read_config(std::string_view text, std::string_view name,
                           std::span<const std::string_view> refused)
{
    return read_json(kConfig, text, name, refused);
}

}  // namespace spec
