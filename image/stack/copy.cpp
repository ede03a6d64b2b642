#include "image/stack/copy.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "image/stack/attributes.hpp"
#include "sys/file.hpp"

namespace image {

// Whether link(2) failed because this file cannot have that name: it lies elsewhere, has too many,
// or is of a kind that is never linked.
static bool cannot_be_shared(int code)
{
    return code == EXDEV || code == EMLINK || code == EPERM || code == ENOTSUP;
}

Result<> Copier::copy(const Copied& it)
{
    if (share_ == Share::WherePossible) {
        if (::linkat(it.from.get(), it.from_name.c_str(), it.to.get(), it.name.c_str(), 0) == 0)
            return {};
        if (!cannot_be_shared(errno))
            return failed_sys("link {}", it.path);
    }
    if (it.type == DT_REG)
        TRY_TO(copy_file(it), "copy {}", it.path);
    else
        TRY_TO(copy_special(it), "copy {}", it.path);
    return {};
}

// Makes it one more name of a copy that is there already.
Result<bool> Copier::linked(const Copied& it, const struct stat& status)
{
    if (status.st_nlink == 1)
        return false;
    const auto made = made_.find({status.st_dev, status.st_ino});
    if (made == made_.end())
        return false;
    if (::linkat(root_.get(), made->second.c_str(), it.to.get(), it.name.c_str(), 0) == 0)
        return true;
    if (errno != EMLINK)
        return failed_sys("link it to {}", made->second);
    return false;
}

void Copier::remember(const Copied& it, const struct stat& status)
{
    if (status.st_nlink > 1)
        made_.insert_or_assign({status.st_dev, status.st_ino}, it.path);
}

Result<> Copier::copy_file(const Copied& it)
{
    const sys::Fd from =
        TRY(sys::open_at(it.from.get(), it.from_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    struct stat status = {};
    if (::fstat(from.get(), &status) < 0)
        return failed_sys("look at it");
    if (!S_ISREG(status.st_mode))
        return failed("it is no file any more");
    const bool is_done = TRY(linked(it, status));
    if (is_done)
        return {};
    const sys::Fd to =
        TRY(sys::open_at(it.to.get(), it.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY(copy_data(from, to, status));
    TRY(set_owner_and_mode(to, status));
    TRY(copy_xattrs(from, to));
    const timespec times[2] = {status.st_mtim, status.st_mtim};
    if (::futimens(to.get(), times) < 0)
        return failed_sys("set its times");
    remember(it, status);
    return {};
}

static Result<> copy_range(const sys::Fd& from, const sys::Fd& to, off_t at, off_t end)
{
    if (at > 0 && ::lseek(to.get(), at, SEEK_SET) < 0)
        return failed_sys("find its data");
    while (at < end) {
        // Not copy_file_range(2), which some pairs of file systems refuse; to share blocks was
        // tried before.
        const ssize_t n = ::sendfile(to.get(), from.get(), &at, static_cast<std::size_t>(end - at));
        if (n < 0 && errno != EINTR)
            return failed_sys("copy its data");
        if (n == 0)
            return failed("copy its data: it became shorter meanwhile");
    }
    return {};
}

// Only what holds something: a file may be said to be larger than any disk.
static Result<> copy_islands(const sys::Fd& from, const sys::Fd& to, off_t size)
{
    for (off_t end = 0;;) {
        const off_t at = ::lseek(from.get(), end, SEEK_DATA);
        if (at < 0 && errno == ENXIO)
            break;
        end = at < 0 ? at : ::lseek(from.get(), at, SEEK_HOLE);
        if (end < 0)
            return failed_sys("find its data");
        TRY(copy_range(from, to, at, end));
    }
    if (::ftruncate(to.get(), size) < 0)
        return failed_sys("give it {} bytes", size);
    return {};
}

Result<> Copier::copy_data(const sys::Fd& from, const sys::Fd& to, const struct stat& status)
{
    if (status.st_size == 0)
        return {};
    if (clones_ && ::ioctl(to.get(), FICLONE, from.get()) == 0)
        return {};
    clones_ = false;
    if (status.st_blocks * 512 < status.st_size)
        return copy_islands(from, to, status.st_size);
    return copy_range(from, to, 0, status.st_size);
}

Result<> Copier::copy_special(const Copied& it)
{
    struct stat status = {};
    if (::fstatat(it.from.get(), it.from_name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("look at it");
    const bool is_done = TRY(linked(it, status));
    if (is_done)
        return {};
    const char* name = it.name.c_str();
    if (S_ISLNK(status.st_mode)) {
        char target[PATH_MAX];
        const ssize_t size =
            ::readlinkat(it.from.get(), it.from_name.c_str(), target, sizeof target - 1);
        if (size < 0)
            return failed_sys("read the symlink");
        target[size] = '\0';
        if (::symlinkat(target, it.to.get(), name) < 0)
            return failed_sys("make the symlink");
    } else if (::mknodat(it.to.get(), name, status.st_mode, status.st_rdev) < 0) {
        return failed_sys("make the node");
    }
    if (::fchownat(it.to.get(), name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("give it to {}:{}", status.st_uid, status.st_gid);
    if (!S_ISLNK(status.st_mode) && ::fchmodat(it.to.get(), name, status.st_mode & 07777, 0) < 0)
        return failed_sys("give it mode {:o}", status.st_mode & 07777);
    const timespec times[2] = {status.st_mtim, status.st_mtim};
    if (::utimensat(it.to.get(), name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("set its times");
    remember(it, status);
    return {};
}

}  // namespace image
