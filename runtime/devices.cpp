#include "runtime/devices.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <ranges>
#include <string_view>
#include <unordered_set>

#include "sys/file.hpp"
#include "sys/mount.hpp"
#include "sys/root.hpp"

namespace runtime {

namespace {

constexpr mode_t kTypes[] = {S_IFCHR, S_IFBLK, S_IFCHR, S_IFIFO};  // as spec::DeviceType
static_assert(std::size(kTypes) == spec::kWords<spec::DeviceType>.size());

DeviceNode character(const char* path, unsigned int major, unsigned int minor)
{
    return {.path = path, .mode = S_IFCHR | 0666, .device = makedev(major, minor)};
}

std::string in_words(mode_t mode, dev_t device)
{
    return format("{} {}:{}",
                  S_ISCHR(mode)   ? "c"
                  : S_ISBLK(mode) ? "b"
                                  : "p",
                  major(device), minor(device));
}

// Where a node is to go: its folder, held open, and its name. Nearly all have the same folder.
struct Place {
    std::string path = {};
    sys::Fd folder = {};
    std::string name = {};
};
Result<> go_to(const sys::Fd& root, const std::string& path, Place& place)
{
    const auto slash = path.find_last_of('/');
    place.name = path.substr(slash + 1);
    if (place.name.empty() || place.name == "." || place.name == "..")
        return failed("device {}: it does not end in a name", path);
    std::string folder = slash > 0 ? path.substr(0, slash) : "/";
    if (folder == place.path)
        return {};
    place.folder = TRY(sys::make_folder_in_root(root, folder));
    place.path = std::move(folder);
    return {};
}

Result<> make_node(const sys::Fd& root, const DeviceNode& node, Place& place)
{
    TRY(go_to(root, node.path, place));
    const int folder = place.folder.get();
    const char* name = place.name.c_str();
    if (::mknodat(folder, name, node.mode, node.device) < 0) {
        if (errno != EEXIST)
            return failed_sys("make device {} at rootfs:{}", in_words(node.mode, node.device),
                              node.path);
        // An image's own node is good where it is the same device, and an attack where it is not.
        struct stat found = {};
        if (::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) < 0)
            return failed_sys("look at rootfs:{}", node.path);
        if ((found.st_mode & S_IFMT) != (node.mode & S_IFMT) || found.st_rdev != node.device)
            return failed("rootfs:{} is there and is not the device {}", node.path,
                          in_words(node.mode, node.device));
    }
    if ((node.uid || node.gid) &&
        ::fchownat(folder, name, node.uid, node.gid, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("give rootfs:{} to {}:{}", node.path, node.uid, node.gid);
    return {};
}

Result<> bind_node(const sys::Fd& root, const DeviceNode& node)
{
    const sys::Fd tree = TRY(sys::clone_mount(AT_FDCWD, node.path, sys::Depth::One));
    struct stat found = {};
    if (::fstat(tree.get(), &found) < 0)
        return failed_sys("look at {}", node.path);
    if ((found.st_mode & S_IFMT) != (node.mode & S_IFMT) || found.st_rdev != node.device)
        return failed("the host's {} is not the device {}, and a user namespace cannot make one",
                      node.path, in_words(node.mode, node.device));
    const sys::Fd target = TRY(sys::make_file_in_root(root, node.path));
    return sys::attach(tree, target, node.path);
}

}  // namespace

std::vector<DeviceNode> plan_devices(const std::vector<spec::Device>& listed)
{
    std::vector<DeviceNode> all = {
        character("/dev/null", 1, 3),    character("/dev/zero", 1, 5),
        character("/dev/full", 1, 7),    character("/dev/random", 1, 8),
        character("/dev/urandom", 1, 9), character("/dev/tty", 5, 0),
    };
    for (const auto& device : listed)
        all.push_back({.path = device.path,
                       .mode = kTypes[static_cast<std::size_t>(device.type)] |
                               (device.file_mode.value_or(0666) & 0777),
                       .device = makedev(device.major.value_or(0), device.minor.value_or(0)),
                       .uid = device.uid.value_or(0),
                       .gid = device.gid.value_or(0)});
    std::vector<DeviceNode> nodes;
    std::unordered_set<std::string_view> paths;
    for (const auto& node : all | std::views::reverse)
        if (paths.insert(node.path).second)
            nodes.push_back(node);
    std::ranges::reverse(nodes);
    return nodes;
}

Result<> make_devices(const sys::Fd& root, const std::vector<DeviceNode>& nodes,
                      DeviceOrigin origin)
{
    Place place;
    for (const auto& node : nodes)
        TRY(origin == DeviceOrigin::Made || S_ISFIFO(node.mode) ? make_node(root, node, place)
                                                                : bind_node(root, node));
    return {};
}

Result<> make_device_links(const sys::Fd& root)
{
    constexpr const char* links[][2] = {
        {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
        {"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"},      {"ptmx", "pts/ptmx"},
    };
    const sys::Fd dev = TRY(sys::make_folder_in_root(root, "/dev"));
    for (const auto& [name, target] : links) {
        // Not every kernel has it, and what looks for files would stumble over such a link.
        if (name == std::string_view("core") && ::access(target, F_OK) < 0)
            continue;
        if (::symlinkat(target, dev.get(), name) == 0)
            continue;
        // An image's own ptmx would open terminals of the host.
        const bool replaced = errno == EEXIST && name == std::string_view("ptmx") &&
                              ::unlinkat(dev.get(), name, 0) == 0 &&
                              ::symlinkat(target, dev.get(), name) == 0;
        if (!replaced && errno != EEXIST)
            return failed_sys("link rootfs:/dev/{} to {}", name, target);
    }
    return {};
}

}  // namespace runtime
