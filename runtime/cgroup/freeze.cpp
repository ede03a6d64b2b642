#include "runtime/cgroup/freeze.hpp"

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/cgroup/files.hpp"
#include "sys/identity.hpp"
#include "sys/time.hpp"

namespace runtime {

static bool is_v2(const Group& group)
{
    return group.hierarchy.version == CgroupVersion::V2;
}

static bool is_gone(const Error& error)
{
    return error.code == ENOENT || error.code == ENODEV;
}

bool can_freeze(const Group& group)
{
    return is_v2(group) ? ::access((group.path + "/cgroup.freeze").c_str(), F_OK) == 0
                        : group.hierarchy.has("freezer");
}

// Nothing where the group is gone, or a v2 group has no freezer.
static Result<std::string> read_state_file(const Group& group, const char* name)
{
    auto text = read_cgroup_file(group.path + "/" + name);
    if (!text && is_gone(text.error()))
        return "";
    return text;
}

static Result<> write_state_file(const Group& group, std::string_view v1, std::string_view v2)
{
    const char* const name = is_v2(group) ? "/cgroup.freeze" : "/freezer.state";
    return write_cgroup_file(group.path + name, is_v2(group) ? v2 : v1);
}

// Nobody in it moves any more; of v2 this also tells what a group above has brought about.
static Result<bool> all_stand_still(const Group& group)
{
    if (!is_v2(group)) {
        const std::string state = TRY(read_state_file(group, "freezer.state"));
        return state == "FROZEN";
    }
    const std::string events = TRY(read_state_file(group, "cgroup.events"));
    return events.contains("frozen 1");
}

Result<bool> group_frozen(const Group& group)
{
    if (!can_freeze(group))
        return false;
    const std::string state =
        TRY(read_state_file(group, is_v2(group) ? "cgroup.freeze" : "freezer.state"));
    if (state == "1" || state == "FREEZING" || state == "FROZEN")
        return true;
    return all_stand_still(group);
}

Result<> freeze_group(const Group& group)
{
    sys::Patience patience;
    do {
        // v1 needs the word again: a fork meanwhile, or a process that was being traced, can keep
        // it at FREEZING for ever.
        TRY(write_state_file(group, "FROZEN", "1"));
        const bool done = TRY(all_stand_still(group));
        if (done)
            return {};
    } while (patience.wait());
    return failed("control group {} does not freeze within ten seconds", group.path);
}

Result<> thaw_group(const Group& group)
{
    auto thawed = write_state_file(group, "THAWED", "0");
    if (!thawed && is_gone(thawed.error()))
        return {};
    return thawed;
}

// The nearest group above that keeps this one frozen, or nothing.
static Result<std::string> frozen_above(const Group& group)
{
    Group above = group;
    while (above.path.size() > group.hierarchy.mount.size()) {
        above.path.resize(above.path.rfind('/'));
        const std::string own =
            TRY(read_state_file(above, is_v2(group) ? "cgroup.freeze" : "freezer.self_freezing"));
        if (own == "1")
            return above.path;
    }
    return "";
}

const Group* Groups::freezer() const
{
    if (const Group* group = with("freezer"))
        return group;
    const Group* group = v2();
    return group && can_freeze(*group) ? group : nullptr;
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

// Of those that could not be frozen, once they may go on: what still sleeps so deeply was the
// reason.
static std::string in_the_way(const std::vector<pid_t>& processes)
{
    for (const pid_t pid : processes)
        if (sys::process_state(pid) == 'D')
            return format(": process {} is in an uninterruptible sleep", pid);
    return "";
}

Result<> Groups::freeze() const
{
    const Group* group = freezer();
    if (!group)
        return failed("this host has no freezer for control groups");
    auto frozen = freeze_group(*group);
    if (frozen)
        return {};
    TRY(thaw_group(*group));
    if (const auto found = processes())
        frozen.error().doing += in_the_way(*found);
    return frozen;
}

Result<> Groups::thaw() const
{
    for (const Group& group : groups_) {
        if (!can_freeze(group))
            continue;
        TRY(thaw_group(group));
        for (sys::Patience patience;;) {
            const bool frozen = TRY(group_frozen(group));
            if (!frozen)
                break;
            const std::string above = TRY(frozen_above(group));
            if (!above.empty())
                return failed("control group {} stays frozen, for {} above it is", group.path,
                              above);
            if (!patience.wait())
                return failed("control group {} does not thaw within ten seconds", group.path);
        }
    }
    return {};
}

Result<> Groups::thaw_all() const
{
    for (const Group& group : groups_) {
        if (!can_freeze(group))
            continue;
        const std::vector<std::string> folders = TRY(group_tree(group.path));
        for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder)
            TRY(thaw_group({.path = *folder, .hierarchy = group.hierarchy}));
    }
    return {};
}

}  // namespace runtime
