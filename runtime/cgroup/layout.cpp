#include "runtime/cgroup/layout.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>

#include "runtime/cgroup/files.hpp"
#include "sys/file.hpp"

namespace runtime {

static const std::string kMount = "/sys/fs/cgroup";
static constexpr std::size_t kProcSelfCgroupMost = 1 << 20;

static std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        if (end > 0)
            parts.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

bool Hierarchy::has(std::string_view controller) const
{
    return std::ranges::find(controllers, controller) != controllers.end();
}

const Hierarchy* Layout::with(CgroupVersion version, std::string_view controller) const
{
    for (const Hierarchy& hierarchy : hierarchies)
        if (hierarchy.version == version && hierarchy.has(controller))
            return &hierarchy;
    return nullptr;
}

bool Layout::has(CgroupVersion version) const
{
    return std::ranges::find(hierarchies, version, &Hierarchy::version) != hierarchies.end();
}

bool Layout::pure_v2() const
{
    return has(CgroupVersion::V2) && !has(CgroupVersion::V1);
}

Layout parse_layout(std::string_view proc_self_cgroup, V2At v2)
{
    Layout layout;
    for (const std::string& line : split(proc_self_cgroup, '\n')) {
        // "4:cpu,cpuacct:/a/group"; the path may hold colons too.
        const std::size_t first = line.find(':');
        const std::size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
        if (second == line.npos)
            continue;
        const std::string names = line.substr(first + 1, second - first - 1);
        Hierarchy hierarchy = {.own = line.substr(second + 1)};
        if (names.empty()) {
            hierarchy.version = CgroupVersion::V2;
            hierarchy.mount = v2 == V2At::Root ? kMount : kMount + "/unified";
        } else if (v2 == V2At::Root) {
            continue;  // v2 is mounted where v1 would be
        } else if (names.starts_with("name=")) {
            hierarchy.mount = kMount + "/" + names.substr(5);
        } else {
            hierarchy.mount = kMount + "/" + names;
            hierarchy.controllers = split(names, ',');
        }
        layout.hierarchies.push_back(std::move(hierarchy));
    }
    return layout;
}

Result<Layout> read_layout()
{
    struct statfs at = {};
    if (::statfs(kMount.c_str(), &at) < 0) {
        if (errno == ENOENT)
            return Layout{};
        return failed_sys("look at {}", kMount);
    }
    const std::string own =
        TRY(sys::read_proc_file(AT_FDCWD, "/proc/self/cgroup", kProcSelfCgroupMost));
    Layout layout =
        parse_layout(own, at.f_type == CGROUP2_SUPER_MAGIC ? V2At::Root : V2At::Unified);
    std::erase_if(layout.hierarchies, [](const Hierarchy& each) {
        return ::access((each.mount + "/cgroup.procs").c_str(), F_OK) < 0;
    });
    for (Hierarchy& each : layout.hierarchies)
        if (each.version == CgroupVersion::V2) {
            std::string names = TRY(read_cgroup_file(each.mount + "/cgroup.controllers"));
            std::ranges::replace(names, '\n', ' ');
            each.controllers = split(names, ' ');
        }
    return layout;
}

std::vector<std::string> own_groups(const Layout& layout)
{
    std::vector<std::string> groups;
    for (const Hierarchy& each : layout.hierarchies)
        if (!(each.own + "/").contains("/../"))  // outside of our cgroup namespace
            groups.push_back(each.mount + each.own);
    return groups;
}

// Its components, cleaned of double slashes. Whatever could lead out of the hierarchy or out of the
// group it is to be under is refused, not resolved (GHSA-5g49 was a path resolved too late).
static Result<std::vector<std::string>> components(std::string_view path, std::string_view property)
{
    for (const char c : path)
        if (c == '\0' || c == '\n')
            return failed("{}: \"{}\" holds a character that no group may have in its name",
                          property, path.substr(0, path.find(c)));
    std::vector<std::string> parts = split(path, '/');
    for (const std::string& part : parts)
        if (part == "." || part == "..")
            return failed("{}: \"{}\" has a component \"{}\"", property, path, part);
    if (parts.empty())
        return failed("{}: \"{}\" names no group below the root", property, path);
    return parts;
}

Result<std::string> group_folder(const Hierarchy& hierarchy, std::string_view cgroups_path,
                                 std::string_view id)
{
    constexpr std::string_view property = "config.json: /linux/cgroupsPath";
    const std::string wanted =
        cgroups_path.empty() ? format("/davit-{}", id) : std::string(cgroups_path);
    const std::vector<std::string> parts = TRY(components(wanted, property));

    std::string folder = hierarchy.mount;
    if (wanted[0] != '/') {
        std::vector<std::string> own = split(hierarchy.own, '/');
        // "/../.." is a group outside of our cgroup namespace.
        if (std::ranges::find(own, "..") != own.end())
            return failed("{}: \"{}\" is relative to our own group {}, which cannot be reached",
                          property, wanted, hierarchy.own);
        if (hierarchy.version == CgroupVersion::V2 && !hierarchy.controllers.empty() &&
            !own.empty())
            own.pop_back();
        for (const std::string& part : own)
            folder += "/" + part;
    }
    for (const std::string& part : parts)
        folder += "/" + part;
    return folder;
}

}  // namespace runtime
