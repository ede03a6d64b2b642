#include "fetcher/tree.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "fetcher/entry_path.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace fetcher {

static constexpr std::int64_t kIdMost = 0xfffffffe;  // the one above means "as it is" to chown(2)
static constexpr mode_t kPermissions = 01777;        // what open and mkdir give at once
static constexpr mode_t kSetId = 06000;

bool is_whiteout(const struct stat& status)
{
    return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

Tree::Tree(sys::Fd root, const Limits& limits) : root_(std::move(root)), limits_(limits)
{
    folders_[""];
}

static Result<> check(const Entry& entry, const Limits& limits)
{
    for (const std::int64_t id : {entry.uid, entry.gid})
        if (id < 0 || id > kIdMost)
            return failed("its owner is {}, the most is {}", id, kIdMost);
    if (entry.type == Type::File && entry.size > limits.file)
        return failed("it has {} bytes, the most is {}", entry.size, limits.file);
    return {};
}

static bool is_ours(const Entry& entry)
{
    return entry.uid == 0 && entry.gid == 0;
}

static Result<> set_times(int directory, const char* name, const timespec& time)
{
    const timespec times[] = {time, time};
    if (::utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("set its times");
    return {};
}

static Result<> set_owner(int directory, const char* name, const Entry& entry)
{
    const int flags = AT_SYMLINK_NOFOLLOW | (*name ? 0 : AT_EMPTY_PATH);
    if (::fchownat(directory, name, static_cast<uid_t>(entry.uid), static_cast<gid_t>(entry.gid),
                   flags) < 0)
        return failed_sys("give it to {}:{}", entry.uid, entry.gid);
    return {};
}

Result<> Tree::set_xattrs(const sys::Fd& fd, const Entry& entry)
{
    for (const auto& [name, value] : entry.xattrs) {
        if (::fsetxattr(fd.get(), name.c_str(), value.data(), value.size(), 0) == 0)
            continue;
        if (errno != EOPNOTSUPP)
            return failed_sys("set its attribute {}", name);
        lost_xattrs_ = true;
    }
    return {};
}

Result<> Tree::add(const std::string& path, const Entry& entry, Archive& archive)
{
    TRY(check(entry, limits_));
    if (path.empty())
        return add_root(entry);
    const auto place = TRY(find_place(path, For::Entry));
    if (!links_.empty())
        links_.erase(place->path);
    switch (entry.type) {
        case Type::Folder:
            return add_folder(*place, entry);
        case Type::File:
            return add_file(*place, entry, archive);
        case Type::Symlink:
            return add_symlink(*place, entry);
        case Type::HardLink:
            return add_link(*place, entry);
        case Type::CharDevice:
        case Type::BlockDevice:
        case Type::Fifo:
            return add_node(*place, entry);
    }
    std::unreachable();
}

// Calls make(), which is 0 or -1 and errno, and once more when what was in the way is gone.
template <class Make>
Result<> Tree::make(const Place& place, const Make& make)
{
    if (make() == 0)
        return {};
    if (errno != EEXIST)
        return failed_sys("make it");
    TRY(remove(place));
    if (make() < 0)
        return failed_sys("make it");
    return {};
}

Result<> Tree::add_root(const Entry& entry)
{
    if (entry.type != Type::Folder)
        return failed("it is the root, and no folder");
    const sys::Fd folder = TRY(sys::open_at(root_.get(), ".", O_RDONLY | O_DIRECTORY));
    TRY(set_on_folder(folder, entry));
    Folder& record = folders_[""];
    record.described = true;
    record.mtime = entry.mtime;
    record.late_mode = entry.mode & kSetId ? entry.mode : 0;
    return {};
}

Result<> Tree::set_on_folder(const sys::Fd& folder, const Entry& entry)
{
    TRY(set_owner(folder.get(), "", entry));
    if (::fchmod(folder.get(), entry.mode & kPermissions) < 0)
        return failed_sys("set its mode");
    return set_xattrs(folder, entry);
}

Result<> Tree::add_folder(const Place& place, const Entry& entry)
{
    const int parent = place.parent->get();
    const char* name = place.name.c_str();
    const mode_t mode = entry.mode & kPermissions;
    bool made = ::mkdirat(parent, name, mode) == 0;
    bool fresh = false;
    if (!made) {
        if (errno != EEXIST)
            return failed_sys("make it");
        const auto found = TRY(look_at(place));
        if (!found || !S_ISDIR(found->st_mode)) {
            TRY(make(place, [&] { return ::mkdirat(parent, name, mode); }));
            made = fresh = true;
        }
    }
    if (!made || !entry.xattrs.empty()) {
        const sys::Fd folder =
            TRY(sys::open_at(parent, place.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        TRY(set_on_folder(folder, entry));
    } else if (!is_ours(entry)) {
        TRY(set_owner(parent, name, entry));
    }
    Folder& record = folders_[place.path];
    record.described = true;
    record.fresh = record.fresh || fresh;
    record.mtime = entry.mtime;
    record.late_mode = entry.mode & kSetId ? entry.mode : 0;
    return {};
}

static Result<> write_piece(const sys::Fd& file, const Archive::Piece& piece)
{
    auto left = piece.bytes;
    auto offset = static_cast<off_t>(piece.offset);
    while (!left.empty()) {
        const ssize_t n = ::pwrite(file.get(), left.data(), left.size(), offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed_sys("write it");
        left = left.subspan(static_cast<std::size_t>(n));
        offset += n;
    }
    return {};
}

static Result<> write_content(const sys::Fd& file, const Entry& entry, Archive& archive)
{
    std::uint64_t end = 0;
    while (end < entry.size) {
        const auto piece = TRY(archive.next_piece());
        if (!piece)
            break;
        if (piece->offset > entry.size || piece->bytes.size() > entry.size - piece->offset)
            return failed("a piece of it lies behind its end");
        TRY(write_piece(file, *piece));
        end = piece->offset + piece->bytes.size();
    }
    if (end < entry.size && ::ftruncate(file.get(), static_cast<off_t>(entry.size)) < 0)
        return failed_sys("set its size");
    return {};
}

Result<> Tree::add_file(const Place& place, const Entry& entry, Archive& archive)
{
    sys::Fd file;
    TRY(make(place, [&] {
        file = sys::Fd(::openat(place.parent->get(), place.name.c_str(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                entry.mode & 0777));
        return file ? 0 : -1;
    }));
    TRY(write_content(file, entry, archive));
    if (!is_ours(entry))
        TRY(set_owner(file.get(), "", entry));
    if (entry.mode & ~mode_t{0777} && ::fchmod(file.get(), entry.mode) < 0)  // chown clears them
        return failed_sys("set its mode");
    TRY(set_xattrs(file, entry));  // and security.capability
    const timespec times[] = {entry.mtime, entry.mtime};
    if (::futimens(file.get(), times) < 0)
        return failed_sys("set its times");
    return {};
}

Result<> Tree::add_symlink(const Place& place, const Entry& entry)
{
    const int parent = place.parent->get();
    const char* name = place.name.c_str();
    TRY(make(place, [&] { return ::symlinkat(entry.target.c_str(), parent, name); }));
    if (!is_ours(entry))
        TRY(set_owner(parent, name, entry));
    return set_times(parent, name, entry.mtime);
}

Result<> Tree::add_node(const Place& place, const Entry& entry)
{
    const int parent = place.parent->get();
    const char* name = place.name.c_str();
    const mode_t type = entry.type == Type::Fifo         ? S_IFIFO
                        : entry.type == Type::CharDevice ? S_IFCHR
                                                         : S_IFBLK;
    const dev_t device = entry.type == Type::Fifo ? 0 : ::makedev(entry.major, entry.minor);
    if (type == S_IFCHR && device == 0)
        return failed("it is the character device 0:0, which overlays take for a whiteout");
    if (::major(device) != entry.major || ::minor(device) != entry.minor)
        return failed("its device number is {}:{}", entry.major, entry.minor);
    TRY(make(place, [&] { return ::mknodat(parent, name, type | (entry.mode & 0777), device); }));
    if (!is_ours(entry))
        TRY(set_owner(parent, name, entry));
    // It was made just now, by us alone: it is no symlink.
    if (entry.mode & ~mode_t{0777} && ::fchmodat(parent, name, entry.mode, 0) < 0)
        return failed_sys("set its mode");
    return set_times(parent, name, entry.mtime);
}

}  // namespace fetcher
