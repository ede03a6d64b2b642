// Making the folders of groups.

#include <sys/stat.h>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/cgroup/files.hpp"
#include "runtime/cgroup/freeze.hpp"
#include "runtime/cgroup/tree.hpp"

namespace runtime {

// What one call has made, so that it can be undone.
using Made = std::vector<std::string>;

static std::string parent_of(const std::string& path)
{
    return path.substr(0, path.rfind('/'));
}

// Makes `path` and what is missing above it; false where it was there already.
static Result<bool> make_folder(const Hierarchy& hierarchy, const std::string& path, Made& made)
{
    if (path.size() <= hierarchy.mount.size())
        return failed("{} is not there", hierarchy.mount);
    // Once more where somebody removes a parent that was empty between our looks at it.
    for (int tries = 0; tries < 10; ++tries) {
        if (::mkdir(path.c_str(), 0755) == 0) {
            made.push_back(path);
            return true;
        }
        if (errno == EEXIST)
            return false;
        if (errno != ENOENT)
            break;
        TRY(make_folder(hierarchy, parent_of(path), made));
        errno = ENOENT;
    }
    return failed_sys("make control group {}", path);
}

// A v1 cpuset begins empty and lets nobody in. Gives `path` what its parent has, and the parent
// before that what its own has.
static Result<std::string> fill_cpuset(const Hierarchy& hierarchy, const std::string& path,
                                       const char* file, bool is_new = false)
{
    const std::string name = path + "/" + file;
    std::string value;
    if (!is_new)
        value = TRY(read_cgroup_file(name));
    if (!value.empty() || path.size() <= hierarchy.mount.size())
        return value;
    value = TRY(fill_cpuset(hierarchy, parent_of(path), file));
    TRY(write_cgroup_file(name, value));
    return value;
}

// In v2 a group has the controllers that its parent lists in cgroup.subtree_control.
static void pass_controllers(const Group& group)
{
    const Hierarchy& hierarchy = group.hierarchy;
    if (hierarchy.controllers.empty())
        return;
    std::string all;
    for (const std::string& controller : hierarchy.controllers)
        all += (all.empty() ? "+" : " +") + controller;
    for (std::size_t end = hierarchy.mount.size(); end != std::string::npos;
         end = group.path.find('/', end + 1)) {
        const std::string file = group.path.substr(0, end) + "/cgroup.subtree_control";
        const auto passed = write_cgroup_file(file, all);
        // A group with processes passes nothing on. It would take some controllers one by one, but
        // then it is threaded, and nobody can be born below it.
        if (!passed && passed.error().code == EBUSY)
            return;
        if (passed || hierarchy.controllers.size() == 1)
            continue;
        // Some may be impossible here (cpu with realtime processes, what a parent does not pass).
        // Whether that matters is known when a limit is to be written.
        for (const std::string& controller : hierarchy.controllers)
            (void)write_cgroup_file(file, "+" + controller);
    }
}

// A group that somebody has made before us.
static Result<> refuse_used(const Group& group)
{
    const bool frozen = TRY(group_frozen(group));
    if (frozen)
        return failed("control group {} is frozen", group.path);
    const std::vector<pid_t> found = TRY(group_processes(group.path));
    if (!found.empty())
        return failed("control group {} is not empty: process {} is in it", group.path, found[0]);
    return {};
}

static Result<> make_all(const std::vector<Group>& groups, Made& made)
{
    for (const Group& group : groups) {
        const Hierarchy& hierarchy = group.hierarchy;
        const bool is_new = TRY(make_folder(hierarchy, group.path, made));
        if (!is_new)
            TRY(refuse_used(group));
        if (hierarchy.version == CgroupVersion::V2) {
            pass_controllers(group);
        } else if (hierarchy.has("cpuset")) {
            TRY(fill_cpuset(hierarchy, group.path, "cpuset.cpus", is_new));
            TRY(fill_cpuset(hierarchy, group.path, "cpuset.mems", is_new));
        }
    }
    return {};
}

Result<> Groups::make()
{
    Made made;
    auto done = make_all(groups_, made);
    if (!done)
        for (auto each = made.rbegin(); each != made.rend(); ++each)
            ::rmdir(each->c_str());
    return done;
}

}  // namespace runtime
