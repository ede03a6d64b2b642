#include "fetcher/work_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/random.hpp"

namespace fetcher {

namespace {

constexpr mode_t kOursAlone = 0700;

// The folder may have been given another name since: what has the name now is removed only if it
// is an empty folder.
Result<> remove(const sys::Fd& sandbox, const std::string& name, const sys::Fd& folder)
{
    const auto names = TRY(sys::names_in(folder));
    for (const auto& each : names)
        TRY(sys::remove_tree(folder, each));
    if (::unlinkat(sandbox.get(), name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT &&
        errno != ENOTDIR && errno != ENOTEMPTY)
        return failed_sys("remove {}", name);
    return {};
}

// Whoever may write to the sandbox can make something of this name.
bool is_ours(const sys::Fd& folder)
{
    struct stat status = {};
    return ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid() &&
           status.st_nlink > 0 && (status.st_mode & 07777) == kOursAlone;
}

}  // namespace

Result<WorkFolder> WorkFolder::make(const sys::Fd& sandbox)
{
    const std::string random = TRY(sys::random_name());
    const std::string name = format("{}{}", kWorkFolder, random);
    if (::mkdirat(sandbox.get(), name.c_str(), kOursAlone) < 0)
        return failed_sys("make the folder {}", name);
    sys::Fd folder = TRY(sys::open_at(sandbox.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (::fchmod(folder.get(), kOursAlone) < 0)  // a set-group-ID bit is inherited
        return failed_sys("set the mode of {}", name);
    // Who sweeps may have taken it for a dead one's before it was locked.
    if (::flock(folder.get(), LOCK_EX | LOCK_NB) < 0 || !is_ours(folder))
        return failed("the folder {} was taken from us as it was made", name);
    return WorkFolder(sandbox, name, std::move(folder));
}

WorkFolder& WorkFolder::operator=(WorkFolder&& other) noexcept
{
    std::swap(sandbox_, other.sandbox_);
    std::swap(name_, other.name_);
    std::swap(folder_, other.folder_);
    return *this;
}

WorkFolder::~WorkFolder()
{
    (void)discard();  // what is left is swept by the next
}

Result<> WorkFolder::discard()
{
    if (!folder_)
        return {};
    TRY(remove(*sandbox_, name_, folder_));
    folder_ = sys::Fd();
    return {};
}

Result<> sweep_work_folders(const sys::Fd& sandbox)
{
    const auto names = TRY(sys::names_in(sandbox));
    for (const auto& name : names) {
        if (!name.starts_with(kWorkFolder))
            continue;
        const sys::Fd folder(
            ::openat(sandbox.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (folder && is_ours(folder) && ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0)
            TRY(remove(sandbox, name, folder));
    }
    return {};
}

}  // namespace fetcher
