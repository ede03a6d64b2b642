#include "sys/root.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace sys {

static Fd open_below(const Fd& root, const std::string& path, int flags, mode_t mode)
{
    open_how how = {};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC);
    how.mode = mode;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    // EAGAIN: something was renamed meanwhile, so that ".." could not be proven to stay inside.
    long fd;
    for (int tries = 0; tries < 100; ++tries) {
        fd = ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return Fd(static_cast<int>(fd));
}

Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags, mode_t mode)
{
    Fd fd = open_below(root, path, flags, mode);
    if (!fd)
        return failed_sys("open rootfs:{}", path);
    return fd;
}

// The folder that holds the last component of `path`, made where missing, and that component.
struct Parent {
    Fd folder;
    std::string name;
};
static Result<Parent> make_parent(const Fd& root, const std::string& path, mode_t mode)
{
    const auto last = path.find_last_not_of('/');
    const auto slash = path.find_last_of('/', last);
    const std::string above = slash == path.npos ? "" : path.substr(0, slash);
    const auto begin = slash == path.npos ? 0 : slash + 1;
    std::string name = path.substr(begin, last + 1 - begin);
    // Such a name cannot be made, and what it means where it is missing is anybody's guess.
    if (last == path.npos || name == ".." || name == ".")
        return failed("make rootfs:{}: it does not end in a name", path);
    Fd folder = TRY(make_folder_in_root(root, above.empty() ? "/" : above, mode));
    return Parent{.folder = std::move(folder), .name = std::move(name)};
}

Result<Fd> make_folder_in_root(const Fd& root, const std::string& path, mode_t mode)
{
    Fd fd = open_below(root, path, O_PATH | O_DIRECTORY, 0);
    if (fd)
        return fd;
    if (errno != ENOENT)
        return failed_sys("open rootfs:{} as a folder", path);
    const Parent parent = TRY(make_parent(root, path, mode));
    if (::mkdirat(parent.folder.get(), parent.name.c_str(), mode) < 0 && errno != EEXIST)
        return failed_sys("make folder rootfs:{}", path);
    // Looked up from the root again: were it a symlink by now, it would be followed inside.
    return open_in_root(root, path, O_PATH | O_DIRECTORY);
}

Result<Fd> make_file_in_root(const Fd& root, const std::string& path)
{
    Fd fd = open_below(root, path, O_PATH, 0);
    if (fd)
        return fd;
    if (errno != ENOENT)
        return failed_sys("open rootfs:{}", path);
    const Parent parent = TRY(make_parent(root, path, 0755));
    Fd made(::openat(parent.folder.get(), parent.name.c_str(),
                     O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644));
    if (!made && errno != EEXIST)
        return failed_sys("make file rootfs:{}", path);
    return open_in_root(root, path, O_PATH);
}

}  // namespace sys
