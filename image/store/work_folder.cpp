#include "image/store/work_folder.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace image {

// Whether the folder that is open is still what the name stands for: while we waited for its lock,
// the one who had it may have published or removed it.
static bool still_called(const sys::Fd& folder, const sys::Fd& parent, const std::string& name)
{
    struct stat open = {};
    struct stat named = {};
    return ::fstat(folder.get(), &open) == 0 &&
           ::fstatat(parent.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           open.st_ino == named.st_ino && open.st_dev == named.st_dev;
}

static Result<sys::Fd> open_folder(const sys::Fd& parent, const std::string& name)
{
    return sys::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<WorkFolder> WorkFolder::take(const sys::Fd& parent, const std::string& name)
{
    for (;;) {
        if (::mkdirat(parent.get(), name.c_str(), 0700) < 0 && errno != EEXIST)
            return failed_sys("make folder tmp/{}", name);
        auto folder = open_folder(parent, name);
        if (!folder && folder.error().code == ENOENT)
            continue;  // published or removed since
        sys::Fd open = TRY(std::move(folder));
        TRY(sys::lock(open, "tmp/" + name));
        if (still_called(open, parent, name))
            return WorkFolder(parent, name, std::move(open));
    }
}

Result<std::optional<WorkFolder>> WorkFolder::take_if_left(const sys::Fd& parent,
                                                           const std::string& name)
{
    auto folder = open_folder(parent, name);
    if (!folder && folder.error().code == ENOENT)
        return std::nullopt;
    sys::Fd open = TRY(std::move(folder));
    if (::flock(open.get(), LOCK_EX | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK)
            return std::nullopt;
        return failed_sys("lock tmp/{}", name);
    }
    if (!still_called(open, parent, name))
        return std::nullopt;
    return WorkFolder(parent, name, std::move(open));
}

Result<> WorkFolder::publish(const sys::Fd& place, const std::string& name)
{
    // One call for the whole file system: a layer has thousands of files.
    if (::syncfs(folder_.get()) < 0)
        return failed_sys("sync the store's file system");
    if (::renameat2(parent_->get(), name_.c_str(), place.get(), name.c_str(), RENAME_NOREPLACE) <
        0) {
        if (errno == EEXIST)
            return discard();
        return failed_sys("rename tmp/{} to {}", name_, name);
    }
    if (::fsync(place.get()) < 0)
        return failed_sys("make {} safe", name);
    return {};
}

Result<bool> WorkFolder::holds_part() const
{
    constexpr time_t day = 86'400;
    const auto names = TRY(sys::names_in(folder_));
    for (const auto& name : names) {
        struct stat facts = {};
        if (name.ends_with(kPartFile) &&
            ::fstatat(folder_.get(), name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) == 0 &&
            facts.st_size > 0 && ::time(nullptr) - facts.st_mtime < day)
            return true;
    }
    return false;
}

Result<> WorkFolder::discard()
{
    return sys::remove_tree(*parent_, name_);
}

}  // namespace image
