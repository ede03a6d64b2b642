// Groups below those of a container, for a process that joins it.

#include <algorithm>

#include "runtime/cgroup/cgroup.hpp"
#include "sys/file.hpp"

namespace runtime {

static bool is_v2(const Group& group)
{
    return group.hierarchy.version == CgroupVersion::V2;
}

// "/a/b", or "" for "/". Nothing may lead out of the group that it is to be below.
static Result<std::string> path_below(std::string_view text)
{
    std::string path;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find('/'));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (part == "." || part == "..")
            return failed("it has a component \"{}\"", part);
        if (!part.empty())
            path += format("/{}", part);
    }
    return path;
}

static bool is_there(const std::string& path)
{
    return ::access((path + "/cgroup.procs").c_str(), F_OK) == 0;
}

// One group goes below; where there is nothing, `optional` says that it stays.
static Result<> descend(Group& group, const std::string& below, bool optional)
{
    const std::string path = group.path + below;
    if (below.empty() || is_there(path))
        group.path = path;
    else if (!optional)
        return failed("control group {} is not there", path);
    return {};
}

static Result<> descend_in_all(std::vector<Group>& groups, const std::string& below)
{
    const bool has_v1 = !std::ranges::all_of(groups, is_v2);
    for (Group& group : groups)
        TRY(descend(group, below, has_v1 && is_v2(group)));
    return {};
}

static Result<> descend_in_some(std::vector<Group>& groups, std::string_view controllers,
                                const std::string& below)
{
    if (std::ranges::all_of(groups, is_v2))
        return failed("cgroup v2 has one group for all controllers: a path alone is to be given");
    while (!controllers.empty()) {
        const std::string_view name = controllers.substr(0, controllers.find(','));
        controllers.remove_prefix(std::min(name.size() + 1, controllers.size()));
        const auto found = std::ranges::find_if(
            groups, [&](const Group& group) { return !is_v2(group) && group.hierarchy.has(name); });
        if (found == groups.end())
            return failed("the container has no v1 group with the controller \"{}\"", name);
        TRY(descend(*found, below, false));
    }
    return {};
}

Result<> Groups::go_below(const std::vector<std::string>& words)
{
    for (const std::string& word : words) {
        const std::size_t colon = word.find(':');
        const std::string_view rest = std::string_view(word).substr(colon + 1);  // npos + 1 is 0
        const std::string below = TRY_TO(path_below(rest), "\"{}\"", word);
        if (colon == word.npos)
            TRY_TO(descend_in_all(groups_, below), "\"{}\"", word);
        else
            TRY_TO(descend_in_some(groups_, std::string_view(word).substr(0, colon), below),
                   "\"{}\"", word);
    }
    return {};
}

Result<> Groups::follow(std::string_view proc_cgroup)
{
    const auto group = std::ranges::find_if(groups_, is_v2);
    const std::size_t at = proc_cgroup.starts_with("0::") ? 0 : proc_cgroup.find("\n0::");
    if (group == groups_.end() || at == proc_cgroup.npos)
        return failed("init is in no v2 group");
    std::string_view path = proc_cgroup.substr(proc_cgroup.find("0::", at) + 3);
    path = path.substr(0, path.find('\n'));
    const std::string full = format("{}{}", group->hierarchy.mount, path);
    if (!full.starts_with(group->path + "/") || (full + "/").contains("/../"))
        return failed("init has left its control group {} for {}", group->path, full);
    group->path = full;
    v2_folder_ = TRY(sys::open_at(AT_FDCWD, full, O_PATH | O_DIRECTORY));
    return {};
}

}  // namespace runtime
