// runtime features: what this runtime can do here (runtime-spec 1.3.0, features.md).

#include <linux/seccomp.h>
#include <seccomp.h>

#include "runtime/capabilities.hpp"
#include "runtime/hooks.hpp"
#include "runtime/log.hpp"
#include "runtime/mount_options.hpp"
#include "runtime/seccomp.hpp"
#include "runtime/verbs.hpp"
#include "spec/config_linux.hpp"
#include "spec/json_writer.hpp"
#include "spec/version.hpp"
#include "sys/file.hpp"

namespace runtime {

namespace {

using spec::JsonWriter;

void write_words(JsonWriter& json, std::string_view key, const auto& words)
{
    json.key(key).array();
    for (const auto& word : words)
        json.value(std::string_view(word));
    json.end();
}

template <class Enum>
std::vector<std::string_view> words_of(const std::vector<Enum>& values)
{
    std::vector<std::string_view> words;
    for (const auto value : values)
        words.push_back(spec::word(value));
    return words;
}

std::vector<std::string_view> known_mount_options()
{
    std::vector<std::string_view> names;
    for (const auto& option : mount_options())
        names.push_back(option.name);
    return names;
}

void write_seccomp(JsonWriter& json)
{
    json.key("seccomp").object().member("enabled", true);
    write_words(json, "actions", spec::kWords<spec::SeccompAction>);
    write_words(json, "operators", spec::kWords<spec::SeccompOperator>);
    write_words(json, "archs", words_of(seccomp_architectures()));
    write_words(json, "knownFlags", spec::kWords<spec::SeccompFlag>);
    write_words(json, "supportedFlags", words_of(seccomp_flags()));
    json.end();
}

void write_linux(JsonWriter& json)
{
    const auto enabled = [&](std::string_view key, bool is) {
        json.key(key).object().member("enabled", is).end();
    };
    json.key("linux").object();
    write_words(json, "namespaces", spec::kWords<spec::NamespaceType>);
    write_words(json, "capabilities", known_capabilities());
    json.key("cgroup")
        .object()
        .member("v1", true)
        .member("v2", true)
        .member("systemd", false)
        .member("systemdUser", false)
        .member("rdma", true)
        .end();
    write_seccomp(json);
    enabled("apparmor", true);
    enabled("selinux", true);
    enabled("intelRdt", false);
    json.key("mountExtensions").object();
    enabled("idmap", true);
    json.end();
    enabled("netDevices", true);
    json.end();
}

std::string libseccomp_version()
{
    const scmp_version* version = ::seccomp_version();
    return format("{}.{}.{}", version->major, version->minor, version->micro);
}

Result<int> features(Call&)
{
    JsonWriter json(JsonWriter::Layout::Indented);
    json.object().member("ociVersionMin", "1.0.0").member("ociVersionMax", spec::kRuntimeSpec);
    write_words(json, "hooks", hook_names());
    write_words(json, "mountOptions", known_mount_options());
    write_linux(json);
    json.key("annotations")
        .object()
        .member("org.davit.runtime.version", spec::kVersion)
        .member("org.davit.runtime.commit", spec::kCommit)
        .member("io.github.seccomp.libseccomp.version", libseccomp_version())
        .end();
    TRY(sys::print(json.end().text()));
    return 0;
}

}  // namespace

constinit const Verb kFeatures = {
    {.name = "features",
     .arguments = "",
     .summary = "tells what this runtime can do, as JSON",
     .options = {}},
    features,
};

}  // namespace runtime
