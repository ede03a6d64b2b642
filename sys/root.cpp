#include "sys/root.hpp"

#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <optional>
#include <vector>

namespace sys {

static constexpr int kLinksMost = 40;  // as the kernel's

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

// Puts the components of `path` on top of what is left to walk, the first one last.
static void push_components(std::vector<std::string>& left, std::string_view path)
{
    const auto at = static_cast<std::ptrdiff_t>(left.size());
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(name.size() + 1, path.size()));
        if (!name.empty() && name != ".")
            left.insert(left.begin() + at, std::string(name));
    }
}

static Result<std::string> read_link(const Fd& link, const std::string& name)
{
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(link.get(), "", target, sizeof target);
    if (size <= 0)
        return failed_sys("read the symlink rootfs:{}", name);
    return std::string(target, static_cast<std::size_t>(size));
}

// The folder where what is missing at the end of `path` is to be made, and its name. Folders that
// are missing on the way are made. A symlink that leads nowhere yet stands for where it leads, as
// for the peers: images have /var/run -> /run without /run. Nothing where somebody else has made it
// all meanwhile: a root may be shared.
struct Parent {
    Fd folder;
    std::string name;
};
static Result<std::optional<Parent>> walk_to_parent(const Fd& root, const std::string& path,
                                                    mode_t mode)
{
    std::vector<std::string> left;
    push_components(left, path);
    // Such a name cannot be made, and what it means where it is missing is anybody's guess.
    const auto nameless = [&] { return failed("make rootfs:{}: it does not end in a name", path); };
    if (left.empty() || left.front() == "..")
        return nameless();
    std::string at = "/";  // so far, without symlinks
    for (int links = 0; !left.empty();) {
        const std::string name = std::move(left.back());
        left.pop_back();
        const std::string next = at + "/" + name;
        const Fd here = open_below(root, next, O_PATH | O_NOFOLLOW, 0);
        if (!here && errno != ENOENT)
            return failed_sys("open rootfs:{}", next);
        if (!here) {
            if (name == "..")
                return nameless();
            Fd folder = TRY(open_in_root(root, at, O_PATH | O_DIRECTORY));
            if (left.empty())
                return Parent{.folder = std::move(folder), .name = name};
            if (::mkdirat(folder.get(), name.c_str(), mode) < 0 && errno != EEXIST)
                return failed_sys("make folder rootfs:{}", next);
        }
        struct stat found = {};
        if (here && ::fstat(here.get(), &found) < 0)
            return failed_sys("look at rootfs:{}", next);
        if (!S_ISLNK(found.st_mode)) {
            at = next;
            continue;
        }
        if (++links > kLinksMost) {
            errno = ELOOP;
            return failed_sys("open rootfs:{}", path);
        }
        const std::string target = TRY(read_link(here, next));
        if (target.starts_with('/'))
            at = "/";
        push_components(left, target);
    }
    return std::nullopt;
}

// Makes the end of `path` by make(folder, name), which is 0, or -1 and errno.
template <class Make>
static Result<> make_end(const Fd& root, const std::string& path, mode_t mode, const Make& make)
{
    // Mostly the last component alone is missing; anything else in its place is EEXIST.
    const auto slash = path.find_last_of('/');
    const auto begin = slash == path.npos ? 0 : slash + 1;
    const Fd folder = open_below(root, "/" + path.substr(0, begin), O_PATH | O_DIRECTORY, 0);
    if (folder && make(folder.get(), path.c_str() + begin) == 0)
        return {};
    const auto parent = TRY(walk_to_parent(root, path, mode));
    if (parent && make(parent->folder.get(), parent->name.c_str()) < 0 && errno != EEXIST)
        return failed_sys("make rootfs:{}", path);
    return {};
}

Result<Fd> make_folder_in_root(const Fd& root, const std::string& path, mode_t mode)
{
    Fd fd = open_below(root, path, O_PATH | O_DIRECTORY, 0);
    if (fd)
        return fd;
    if (errno != ENOENT)
        return failed_sys("open rootfs:{} as a folder", path);
    TRY(make_end(root, path, mode,
                 [mode](int folder, const char* name) { return ::mkdirat(folder, name, mode); }));
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
    TRY(make_end(root, path, 0755, [](int folder, const char* name) {
        const Fd made(
            ::openat(folder, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644));
        return made ? 0 : -1;
    }));
    return open_in_root(root, path, O_PATH);
}

}  // namespace sys
