#include "spec/bundle_parts.hpp"

#include <algorithm>

#include "spec/text.hpp"

namespace spec {

namespace {

struct MountRow {
    std::string_view place;
    std::string_view type;
    std::string_view source;
    std::string_view options;
};

// Docker's.
constexpr MountRow kDefaultMounts[] = {
    {"/proc", "proc", "proc", "nosuid,noexec,nodev"},
    {"/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k"},
    {"/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5"},
    {"/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k"},
    {"/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev"},
    {"/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro"},
    {"/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev,relatime,ro"},
};

constexpr std::string_view kHostFile = "bind,rprivate,nosuid,noexec,nodev,ro";
constexpr MountRow kResolvConf = {"/etc/resolv.conf", "bind", "/etc/resolv.conf", kHostFile};
constexpr MountRow kHosts = {"/etc/hosts", "bind", "/etc/hosts", kHostFile};

// What runtimes and engines take for orders, by its beginning.
constexpr std::string_view kControlKeys[] = {
    "cdi.k8s.io/",
    "com.github.containers.",
    "davit.",
    "dev.gvisor.",
    "io.containerd.",
    "io.katacontainers.",
    "io.kubernetes.cri",
    "io.podman.",
    "krun.",
    "module.wasm.image/",
    "org.criu.",
    "org.systemd.property.",
    "run.oci.",
};

bool is_control_key(std::string_view key)
{
    const auto begins = [&](std::string_view prefix) { return key.starts_with(prefix); };
    return key.empty() || std::ranges::any_of(kControlKeys, begins);
}

Mount mount_of(const MountRow& row)
{
    Mount mount = {.destination = std::string(row.place),
                   .type = std::string(row.type),
                   .source = std::string(row.source)};
    for (auto rest = row.options; !rest.empty();) {
        const auto option = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), option.size() + 1));
        mount.options.emplace_back(option);
    }
    return mount;
}

Mount bound(std::string_view source, std::string_view place, std::string_view options)
{
    return mount_of({place, "bind", source, options});
}

// "//a/./b/" is /a/b.
std::string normal_place(std::string_view path)
{
    std::string place;
    while (!path.empty()) {
        const auto part = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), part.size() + 1));
        if (!part.empty() && part != ".")
            place += format("/{}", part);
    }
    return place;
}

Result<std::vector<Mount>> asked_mounts(const ContainerOptions& options)
{
    std::vector<Mount> mounts;
    if (!options.sandbox.path.empty())
        mounts.push_back(bound(options.sandbox.path, kSandboxPlace, "rbind,rprivate,nosuid,nodev"));
    for (const auto& volume : options.volumes) {
        const std::string place = normal_place(volume.place);
        if (std::ranges::find(mounts, place, &Mount::destination) != mounts.end())
            return failed("two volumes for {}", quoted(place));
        // Read-only with all that is mounted below it: `ro` alone would not be.
        mounts.push_back(bound(volume.source, place,
                               volume.read_only ? "rbind,rprivate,rro" : "rbind,rprivate"));
    }
    return mounts;
}

}  // namespace

std::string hostname(const ContainerOptions& options, const BundleFacts& facts)
{
    return options.hostname.name.empty() ? facts.name.substr(0, kHostNameMost)
                                         : options.hostname.name;
}

Result<std::vector<Mount>> plan_mounts(const ContainerOptions& options, const BundleFacts& facts)
{
    const auto asked = TRY(asked_mounts(options));
    std::vector<Mount> mounts;
    const auto add_unless_asked = [&](const MountRow& row) {
        if (std::ranges::find(asked, row.place, &Mount::destination) == asked.end())
            mounts.push_back(mount_of(row));
    };
    for (const auto& row : kDefaultMounts)
        add_unless_asked(row);
    const bool host = options.network == NetworkMode::Host;
    if (host && facts.has_resolv_conf)
        add_unless_asked(kResolvConf);
    if (host && facts.has_hosts)
        add_unless_asked(kHosts);
    mounts.insert(mounts.end(), asked.begin(), asked.end());
    std::ranges::stable_sort(
        mounts, {}, [](const Mount& mount) { return std::ranges::count(mount.destination, '/'); });
    return mounts;
}

Map<std::string> annotations(const ImageConfig& image)
{
    const auto list = [](const std::vector<std::string>& words) {
        std::string all;
        for (const auto& each : words)
            all += (all.empty() ? "" : ",") + each;
        return all;
    };
    Map<std::string> all;
    const std::pair<std::string_view, std::string> of_config[] = {
        {"os", image.platform.os},
        {"architecture", image.platform.architecture},
        {"variant", image.platform.variant},
        {"os.version", image.os_version},
        {"os.features", list(image.os_features)},
        {"author", image.author},
        {"created", image.created},
        {"stopSignal", image.stop_signal},
        {"exposedPorts", list(image.exposed_ports)},
    };
    for (const auto& [name, value] : of_config)
        if (!value.empty())
            all.emplace(format("org.opencontainers.image.{}", name), value);
    for (const auto& [key, value] : image.labels)
        if (!is_control_key(key))
            all.insert_or_assign(key, value);
    return all;
}

Result<> check_utf8(const std::vector<std::string>& texts)
{
    for (const auto& text : texts)
        if (utf8_length(text) < text.size())
            return failed("{} is not UTF-8 text, config.json cannot hold it", quoted(text));
    return {};
}

}  // namespace spec
