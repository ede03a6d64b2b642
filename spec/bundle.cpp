#include "spec/bundle.hpp"

#include <algorithm>

#include "spec/bundle_parts.hpp"
#include "spec/image_args.hpp"
#include "spec/json.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "spec/version.hpp"

namespace spec {

namespace {

constexpr std::string_view kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Docker's. None is inheritable (CVE-2022-24769).
constexpr std::string_view kCapabilities[] = {
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
    "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
    "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
    "CAP_KILL",    "CAP_AUDIT_WRITE",
};

constexpr std::string_view kMaskedPaths[] = {
    "/proc/acpi",       "/proc/asound",        "/proc/interrupts",  "/proc/kcore",
    "/proc/keys",       "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",
    "/proc/timer_list", "/proc/timer_stats",   "/sys/firmware",     "/sys/devices/virtual/powercap",
};

constexpr std::string_view kReadonlyPaths[] = {
    "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
};

template <class Texts>
void write_texts(JsonWriter& json, std::string_view key, const Texts& texts)
{
    json.key(key).array();
    for (const auto& text : texts)
        json.value(text);
    json.end();
}

void write_map(JsonWriter& json, std::string_view key, const Map<std::string>& map)
{
    if (map.empty())
        return;
    json.key(key).object();
    for (const auto& [name, value] : map)
        json.member(name, value);
    json.end();
}

// The image's variables, what is missing, the sandbox's, then what the caller says, which counts
// most.
Environment environment(const ImageConfig& image, const ContainerOptions& options,
                        const BundleFacts& facts)
{
    Environment all;
    for (const std::string_view entry : image.env) {
        const auto equals = entry.find('=');
        set_variable(all, entry.substr(0, equals), entry.substr(equals + 1));
    }
    set_if_absent(all, "PATH", kPath);
    set_if_absent(all, "HOME", facts.user.home);
    if (const auto name = hostname(options, facts); !name.empty())
        set_if_absent(all, "HOSTNAME", name);
    if (facts.terminal)
        set_if_absent(all, "TERM", "xterm");
    if (!options.sandbox.path.empty()) {
        set_variable(all, "DAVIT_SANDBOX", kSandboxPlace);
        set_variable(all, "MESOS_SANDBOX", kSandboxPlace);
    }
    apply(all, facts.file_words, facts.caller);
    apply(all, options.env, facts.caller);
    return all;
}

std::string working_folder(const ImageConfig& image, const ContainerOptions& options)
{
    const std::string& folder =
        options.workdir.path.empty() ? image.working_dir : options.workdir.path;
    return folder.starts_with('/') ? folder : "/" + folder;
}

Result<> write_process(JsonWriter& json, const ImageConfig& image, const ContainerOptions& options,
                       const BundleFacts& facts)
{
    const Words args =
        TRY(docker_args({image.entrypoint, image.cmd}, options.entrypoint, facts.words));
    const Environment variables = environment(image, options, facts);
    const std::string folder = working_folder(image, options);
    for (const auto* list : {&args, &variables})
        TRY(check_utf8(*list));
    TRY(check_utf8({folder}));

    json.key("process").object().member("terminal", facts.terminal);
    json.key("user").object().member("uid", facts.user.user.uid);
    json.member("gid", facts.user.user.gid).key("additionalGids").array();
    for (const auto gid : facts.user.user.additional_gids)
        json.value(gid);
    json.end().end();
    write_texts(json, "args", args);
    write_texts(json, "env", variables);
    json.member("cwd", folder).key("capabilities").object();
    for (const auto* set : {"bounding", "effective", "permitted"})
        write_texts(json, set, kCapabilities);
    json.end().end();
    return {};
}

Result<> write_mounts(JsonWriter& json, const ContainerOptions& options, const BundleFacts& facts)
{
    const auto mounts = TRY(plan_mounts(options, facts));
    json.key("mounts").array();
    for (const auto& mount : mounts) {
        TRY(check_utf8({mount.destination, mount.source}));
        json.object().member("destination", mount.destination);
        json.member("type", mount.type).member("source", mount.source);
        write_texts(json, "options", mount.options);
        json.end();
    }
    json.end();
    return {};
}

void write_linux(JsonWriter& json, const ContainerOptions& options)
{
    json.key("linux").object().key("namespaces").array();
    for (const auto type : {NamespaceType::Pid, NamespaceType::Ipc, NamespaceType::Uts,
                            NamespaceType::Mount, NamespaceType::Cgroup})
        json.object().member("type", word(type)).end();
    if (options.network == NetworkMode::None)
        json.object().member("type", word(NamespaceType::Network)).end();
    json.end();

    json.key("resources").object().key("devices").array().object();
    json.member("allow", false).member("access", "rwm").end().end();
    if (options.memory.bytes)
        json.key("memory").object().member("limit", options.memory.bytes).end();
    if (options.cpus.quota)
        json.key("cpu")
            .object()
            .member("quota", options.cpus.quota)
            .member("period", kCpuPeriod)
            .end();
    if (options.pids.most)
        json.key("pids").object().member("limit", options.pids.most).end();
    json.end();

    write_texts(json, "maskedPaths", kMaskedPaths);
    write_texts(json, "readonlyPaths", kReadonlyPaths);
    json.end();
}

}  // namespace

const std::string& user_of(const ImageConfig& image, const ContainerOptions& options)
{
    return options.user.empty() ? image.user : options.user;
}

Result<std::string> write_bundle_config(const ImageConfig& image, const ContainerOptions& options,
                                        const BundleFacts& facts)
{
    for (const auto& volume : image.volumes)
        if (const auto why = wrong_place(volume); !why.empty())
            return failed("Volumes of the image: {} {}", quoted(volume), why);
    TRY(check_utf8({facts.rootfs}));
    JsonWriter json(JsonWriter::Layout::Indented);
    json.object().member("ociVersion", kRuntimeSpec);
    TRY(write_process(json, image, options, facts));
    json.key("root").object().member("path", facts.rootfs);
    json.member("readonly", options.read_only).end();
    if (const auto name = hostname(options, facts); !name.empty())
        json.member("hostname", name);
    TRY(write_mounts(json, options, facts));
    write_linux(json, options);
    write_map(json, "annotations", annotations(image));
    std::string text = json.end().text();
    if (text.size() > kJsonMost)
        return failed(
            "what the image and the options say makes a config.json of {} bytes, the "
            "most is {}",
            text.size(), kJsonMost);
    return text;
}

}  // namespace spec
