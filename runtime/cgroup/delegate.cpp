// Giving a v2 group to the user of a container.

#include <fcntl.h>

#include <algorithm>

#include "runtime/cgroup/cgroup.hpp"
#include "sys/file.hpp"

namespace runtime {

// What the kernel names (cgroups(7), "Cgroup delegation containment"), or named when it did not
// have that list yet.
static Result<std::string> names_to_delegate()
{
    auto text = read_cgroup_file("/sys/kernel/cgroup/delegate");
    if (!text && text.error().code == ENOENT)
        return "cgroup.procs\ncgroup.subtree_control\ncgroup.threads";
    return text;
}

static Result<> give(const sys::Fd& folder, const std::string& name, uid_t uid)
{
    constexpr gid_t as_it_is = ~gid_t{0};
    const int flags = name.empty() ? AT_EMPTY_PATH : AT_SYMLINK_NOFOLLOW;
    if (::fchownat(folder.get(), name.c_str(), uid, as_it_is, flags) < 0 && errno != ENOENT)
        return failed_sys("give {} to user {}", name.empty() ? "the group" : name, uid);
    return {};
}

Result<> Groups::delegate_to(uid_t uid) const
{
    const Group* group = v2();
    if (!group)
        return {};
    const std::string names = TRY(names_to_delegate());
    const sys::Fd folder =
        TRY(sys::open_at(AT_FDCWD, group->path, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    TRY_TO(give(folder, "", uid), "{}", group->path);
    for (std::size_t at = 0; at < names.size();) {
        const std::size_t end = std::min(names.find('\n', at), names.size());
        const std::string name = names.substr(at, end - at);
        at = end + 1;
        if (!name.empty() && !name.contains('/'))
            TRY_TO(give(folder, name, uid), "{}", group->path);
    }
    return {};
}

}  // namespace runtime
