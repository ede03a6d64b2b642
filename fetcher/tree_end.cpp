// What a tree does when all entries are there: links that waited, and folders' times.

#include <fcntl.h>
#include <unistd.h>

#include "fetcher/entry_path.hpp"
#include "fetcher/tree.hpp"
#include "fetcher/tree_open.hpp"
#include "spec/text.hpp"

namespace fetcher {

// Links to links that are not there yet: an archive that has so many in a row is not meant well.
static constexpr int kRoundsMost = 16;

// Whether the link was made; its target may not be there yet.
Result<bool> Tree::link(const Place& place, const std::string& target)
{
    const sys::Fd folder =
        open_below(root_, fetcher::parent_of(target), O_PATH | O_DIRECTORY, Symlinks::Follow);
    const bool missing = !folder && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP);
    if (missing)
        return false;
    if (!folder)
        return failed_sys("open /{}", fetcher::parent_of(target));
    const Place at{.parent = &folder, .name = std::string(name_of(target)), .path = target};
    const auto found = TRY(look_at(at));
    if (!found || is_whiteout(*found))
        return false;
    if (S_ISDIR(found->st_mode))
        return failed("it is a hard link to the folder {}", target);
    const auto there = TRY(look_at(place));
    if (there && there->st_ino == found->st_ino && there->st_dev == found->st_dev)
        return true;
    if (there)
        TRY(remove(place));
    if (::linkat(folder.get(), at.name.c_str(), place.parent->get(), place.name.c_str(), 0) == 0)
        return true;
    if (errno == ENOENT)  // it lay in what was in the way
        return false;
    return failed_sys("link it to {}", target);
}

Result<> Tree::add_link(const Place& place, const Entry& entry)
{
    const std::string target =
        TRY_TO(clean_path(entry.target, limits_), "the target of the hard link");
    if (target.empty())
        return failed("it is a hard link to the root");
    const bool made = TRY(link(place, target));
    if (made)
        return {};
    const auto found = TRY(look_at(place));
    if (found)
        TRY(remove(place));
    links_[place.path] = target;
    return {};
}

Result<> Tree::finish_links()
{
    bool made = true;
    for (int round = 0; made && round < kRoundsMost; ++round) {
        made = false;
        const Links waiting = links_;
        for (const auto& [path, target] : waiting) {
            const auto place = TRY(find_place(path, For::Entry));
            const bool done = TRY_TO(link(*place, target), "entry {}", spec::quoted(path));
            if (!done)
                continue;
            links_.erase(path);
            made = true;
        }
    }
    return {};
}

Result<> Tree::finish_folders(const EachFolder& each)
{
    // Backwards, what lies in a folder comes before it.
    for (auto it = folders_.rbegin(); it != folders_.rend(); ++it) {
        const auto& [path, record] = *it;
        const sys::Fd folder =
            open_below(root_, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, Symlinks::Refuse);
        if (!folder)
            return failed_sys("open /{}", path);
        TRY(each(folder, path, record));
        if (record.late_mode && ::fchmod(folder.get(), record.late_mode) < 0)
            return failed_sys("set the mode of /{}", path);
        const timespec times[] = {record.mtime, record.mtime};
        if (::futimens(folder.get(), times) < 0)
            return failed_sys("set the times of /{}", path);
    }
    return {};
}

}  // namespace fetcher
