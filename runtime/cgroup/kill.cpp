// What ends a container: freezing, killing and removing its groups.

#include <signal.h>

#include <algorithm>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/cgroup/files.hpp"
#include "runtime/cgroup/tree.hpp"
#include "sys/time.hpp"

namespace runtime {

// Either freezer serves; v1's can be there on hybrid hosts too, and engines look at that one.
const Group* Groups::freezer() const
{
    if (const Group* group = with("freezer"))
        return group;
    return v2();
}

Result<bool> Groups::frozen() const
{
    for (const Group& group : groups_) {
        const bool frozen = TRY(group_frozen(group));
        if (frozen)
            return true;
    }
    return false;
}

Result<std::vector<pid_t>> Groups::processes() const
{
    // All are in every group; where one is gone, or was left with a hierarchy of the container's
    // own, another knows them still.
    for (const Group& group : groups_) {
        std::vector<pid_t> found = TRY(group_processes(group.path));
        if (!found.empty())
            return found;
    }
    return std::vector<pid_t>{};
}

Result<> Groups::freeze() const
{
    const Group* group = freezer();
    if (!group)
        return failed("this host has no freezer for control groups");
    const bool v2 = group->hierarchy.version == CgroupVersion::V2;
    const std::string file = group->path + (v2 ? "/cgroup.freeze" : "/freezer.state");
    sys::Patience patience;
    do {
        // v1 needs the word again: a fork meanwhile, or a process that was being traced, can keep
        // it at FREEZING for ever.
        TRY(write_cgroup_file(file, v2 ? "1" : "FROZEN"));
        const std::string state = TRY(read_cgroup_file(v2 ? group->path + "/cgroup.events" : file));
        if (v2 ? state.contains("frozen 1") : state == "FROZEN")
            return {};
    } while (patience.wait());
    TRY(thaw());
    return failed("control group {} does not freeze", group->path);
}

// All freezers there are, and the groups below: it does not matter who froze what.
Result<> Groups::thaw() const
{
    for (const Group& group : groups_) {
        if (!can_freeze(group))
            continue;
        const bool v2 = group.hierarchy.version == CgroupVersion::V2;
        std::vector<std::string> folders = TRY(group_tree(group.path));
        for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
            auto thawed = write_cgroup_file(*folder + (v2 ? "/cgroup.freeze" : "/freezer.state"),
                                            v2 ? "0" : "THAWED");
            if (!thawed && thawed.error().code != ENOENT && thawed.error().code != ENODEV)
                return thawed;
        }
    }
    return {};
}

Result<> Groups::signal_all(int signal) const
{
    // Frozen, nobody forks away from the list while it is read. Where it was frozen already, it
    // stays so.
    const Group* group = freezer();
    bool was_frozen = false;
    if (group)
        was_frozen = TRY(group_frozen(*group));
    if (group && !was_frozen)
        TRY(freeze());
    const auto found = processes();
    if (found)
        for (const pid_t pid : *found)
            ::kill(pid, signal);
    if (group && !was_frozen)
        TRY(thaw());
    return found ? Result<>() : std::unexpected(found.error());
}

Result<> Groups::kill_all() const
{
    if (const Group* group = v2()) {
        const auto killed = write_cgroup_file(group->path + "/cgroup.kill", "1");
        // A process that the v1 freezer holds does not even die.
        if (killed)
            return thaw();
        if (killed.error().code != ENOENT && killed.error().code != ENODEV)
            return killed;
    }
    // Linux before 5.14, v1 alone, or a group that is gone.
    sys::Patience patience;
    std::size_t left = 0;
    bool freezes = freezer() != nullptr;
    do {
        // Frozen, nobody forks away from the list while it is read, and no number on it is given
        // to somebody else. Without a freezer the list is read until it is empty.
        freezes = freezes && freeze();
        const auto found = processes();
        if (found)
            for (const pid_t pid : *found)
                ::kill(pid, SIGKILL);
        TRY(thaw());
        if (!found)
            return std::unexpected(found.error());
        left = found->size();
        if (left == 0)
            return {};
    } while (patience.wait());
    return failed("{} processes of control group {} do not die", left, groups_[0].path);
}

static Result<> remove_group(const std::string& path, sys::Patience& patience)
{
    for (;;) {
        if (::rmdir(path.c_str()) == 0 || errno == ENOENT)
            return {};
        if (errno != EBUSY)
            return failed_sys("remove control group {}", path);
        // Busy with groups below, or with processes that have died and are not reaped yet.
        const std::vector<std::string> folders = TRY(group_tree(path));
        for (const std::string& folder : folders)
            ::rmdir(folder.c_str());
        if (::rmdir(path.c_str()) == 0 || errno == ENOENT)
            return {};
        if (!patience.wait()) {
            errno = EBUSY;
            return failed_sys("remove control group {}", path);
        }
    }
}

bool Groups::remove_if_empty() const
{
    return std::ranges::all_of(groups_, [](const Group& group) {
        return ::rmdir(group.path.c_str()) == 0 || errno == ENOENT;
    });
}

Result<> Groups::remove() const
{
    // One hierarchy that does not let go is no reason to leave groups in the others.
    Result<> first = {};
    sys::Patience patience;
    for (const Group& group : groups_) {
        auto removed = remove_group(group.path, patience);
        if (!removed && first)
            first = std::move(removed);
    }
    return first;
}

}  // namespace runtime
