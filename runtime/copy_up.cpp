#include "runtime/copy_up.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/mount_options.hpp"
#include "sys/file.hpp"

namespace runtime {

namespace {

constexpr int kDeepest = 128;  // folders in folders: each holds two descriptors meanwhile

Result<> copy_folder(const sys::Fd& from, const sys::Fd& to, int depth);

Result<struct stat> look_at(const sys::Fd& fd)
{
    struct stat status = {};
    if (::fstat(fd.get(), &status) < 0)
        return failed_sys("look at it");
    return status;
}

// Only what holds something: a file may be said to be as large as no memory is.
Result<> copy_data(const sys::Fd& from, const sys::Fd& to, off_t size)
{
    for (off_t end = 0;;) {
        off_t at = ::lseek(from.get(), end, SEEK_DATA);
        if (at < 0 && errno == ENXIO)
            break;
        end = at < 0 ? at : ::lseek(from.get(), at, SEEK_HOLE);
        if (end < 0 || ::lseek(to.get(), at, SEEK_SET) < 0)
            return failed_sys("find its data");
        while (at < end) {
            const ssize_t n =
                ::sendfile(to.get(), from.get(), &at, static_cast<std::size_t>(end - at));
            if (n < 0 && errno != EINTR)
                return failed_sys("copy its data");
            if (n == 0)  // cut meanwhile
                return {};
        }
    }
    if (::ftruncate(to.get(), size) < 0)
        return failed_sys("give it {} bytes", size);
    return {};
}

// One that a tmpfs does not know, or that is not ours to set, is left out.
Result<> copy_attributes(const sys::Fd& from, const sys::Fd& to)
{
    std::vector<char> names(XATTR_LIST_MAX);
    const ssize_t size = ::flistxattr(from.get(), names.data(), names.size());
    if (size < 0 && errno != ENOTSUP)
        return failed_sys("list its attributes");
    std::vector<char> value(size > 0 ? XATTR_SIZE_MAX : 0);
    for (ssize_t at = 0; at < size;) {
        const char* name = &names[static_cast<std::size_t>(at)];
        at += static_cast<ssize_t>(std::string_view(name).size()) + 1;
        const ssize_t length = ::fgetxattr(from.get(), name, value.data(), value.size());
        if (length >= 0 &&
            ::fsetxattr(to.get(), name, value.data(), static_cast<std::size_t>(length), 0) < 0 &&
            errno != ENOTSUP && errno != EPERM)
            return failed_sys("set its attribute {}", name);
    }
    return {};
}

Result<> set_owner(const sys::Fd& folder, const char* name, const struct stat& status)
{
    // An owner without a name in a user namespace cannot be had there.
    if (::fchownat(folder.get(), name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) < 0 &&
        errno != EINVAL)
        return failed_sys("give it to {}:{}", status.st_uid, status.st_gid);
    return {};
}

Result<> set_mode(const sys::Fd& folder, const char* name, const struct stat& status)
{
    if (!S_ISLNK(status.st_mode) && ::fchmodat(folder.get(), name, status.st_mode & 07777, 0) < 0)
        return failed_sys("give it mode {:o}", status.st_mode & 07777);
    return {};
}

Result<> set_times(const sys::Fd& folder, const char* name, const struct stat& status)
{
    const timespec times[2] = {status.st_atim, status.st_mtim};
    if (::utimensat(folder.get(), name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("give it its times");
    return {};
}

// What an object is copied by. `object` is open with O_PATH: to open a node, or a FIFO that has
// taken a file's place, would do something.
struct Copied {
    const sys::Fd& object;
    const struct stat& status;
    const sys::Fd& to;
    const char* name;
};

Result<> copy_link(const Copied& it)
{
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(it.object.get(), "", target, sizeof target - 1);
    if (size < 0)
        return failed_sys("read it");
    target[size] = '\0';
    if (::symlinkat(target, it.to.get(), it.name) < 0)
        return failed_sys("link it");
    return {};
}

Result<> copy_file(const Copied& it)
{
    const sys::Fd from =
        TRY(sys::open_at(AT_FDCWD, format("/proc/self/fd/{}", it.object.get()), O_RDONLY));
    const sys::Fd file =
        TRY(sys::open_at(it.to.get(), it.name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY(copy_data(from, file, it.status.st_size));
    TRY(set_owner(it.to, it.name, it.status));
    return copy_attributes(from, file);
}

Result<> copy_subfolder(const Copied& it, int depth)
{
    const sys::Fd from = TRY(sys::open_at(it.object.get(), ".", O_RDONLY | O_DIRECTORY));
    if (::mkdirat(it.to.get(), it.name, 0700) < 0)
        return failed_sys("make it");
    const sys::Fd folder =
        TRY(sys::open_at(it.to.get(), it.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(copy_folder(from, folder, depth + 1));
    TRY(set_owner(it.to, it.name, it.status));
    return copy_attributes(from, folder);
}

Result<> copy_object(const sys::Fd& from, const sys::Fd& to, const char* name, int depth)
{
    const sys::Fd object = TRY(sys::open_at(from.get(), name, O_PATH | O_NOFOLLOW));
    const struct stat status = TRY(look_at(object));
    const Copied it = {.object = object, .status = status, .to = to, .name = name};
    if (S_ISDIR(status.st_mode))
        TRY(copy_subfolder(it, depth));
    else if (S_ISREG(status.st_mode))
        TRY(copy_file(it));
    else if (S_ISLNK(status.st_mode))
        TRY(copy_link(it));
    else if (::mknodat(to.get(), name, status.st_mode, status.st_rdev) < 0)
        return failed_sys("make the node");
    if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode))
        TRY(set_owner(to, name, status));
    TRY(set_mode(to, name, status));
    return set_times(to, name, status);
}

Result<> copy_folder(const sys::Fd& from, const sys::Fd& to, int depth)
{
    if (depth > kDeepest)
        return failed("more than {} folders in each other", kDeepest);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(
        ::fdopendir(::fcntl(from.get(), F_DUPFD_CLOEXEC, 3)), ::closedir);
    if (!entries)
        return failed_sys("list it");
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(entries.get());
        if (!entry)
            return errno ? Result<>(failed_sys("list it")) : Result<>();
        const std::string name = entry->d_name;
        if (name != "." && name != "..")
            TRY_TO(copy_object(from, to, name.c_str(), depth), "{}", name);
    }
}

}  // namespace

Result<> copy_up(const sys::Fd& from, const sys::Fd& to, std::string_view options)
{
    const struct stat status = TRY(look_at(from));
    TRY(copy_folder(from, to, 1));
    if (!has_value_for(options, "uid") && !has_value_for(options, "gid"))
        TRY(set_owner(to, ".", status));
    if (!has_value_for(options, "mode"))
        TRY(set_mode(to, ".", status));
    return set_times(to, ".", status);
}

}  // namespace runtime
