#include "image/stack/layer_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstddef>

namespace image {

Result<sys::Fd> open_within(const sys::Fd& folder, const std::string& path, int flags)
{
    open_how how = {};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const char* name = path.empty() ? "." : path.c_str();
    sys::Fd fd(static_cast<int>(::syscall(SYS_openat2, folder.get(), name, &how, sizeof how)));
    if (!fd)
        return failed_sys("open {} in a layer", name);
    return fd;
}

Result<bool> is_opaque(const sys::Fd& folder)
{
    char value = 0;
    const ssize_t size = ::fgetxattr(folder.get(), kOpaque, &value, sizeof value);
    if (size < 0 && errno != ENODATA && errno != ENOTSUP && errno != ERANGE)
        return failed_sys("read {}", kOpaque);
    return size == 1 && value == 'y';
}

// Adds one entry of a listing; what its type does not say is looked up.
static Result<> add_name(const sys::Fd& folder, const dirent64& entry, std::vector<Name>& names)
{
    const std::string_view name = entry.d_name;
    if (name == "." || name == "..")
        return {};
    unsigned char type = entry.d_type;
    if (type == DT_UNKNOWN || type == DT_CHR) {
        struct stat status = {};
        if (::fstatat(folder.get(), entry.d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            return failed_sys("look at {}", name);
        type = static_cast<unsigned char>(is_whiteout(status) ? +DT_WHT : IFTODT(status.st_mode));
    }
    names.push_back({.name = std::string(name), .type = type});
    return {};
}

// Not by readdir(3), which would take a copy of the descriptor and memory for each folder.
Result<std::vector<Name>> typed_names_in(const sys::Fd& folder)
{
    alignas(dirent64) char buffer[32 * 1024];
    std::vector<Name> names;
    if (::lseek(folder.get(), 0, SEEK_SET) < 0)
        return failed_sys("list a folder");
    for (;;) {
        const ssize_t size = ::getdents64(folder.get(), buffer, sizeof buffer);
        if (size < 0)
            return failed_sys("list a folder");
        if (size == 0)
            return names;
        for (ssize_t at = 0; at < size;) {
            const auto& entry = reinterpret_cast<const dirent64&>(buffer[at]);
            at += entry.d_reclen;
            TRY(add_name(folder, entry, names));
        }
    }
}

std::string path_in(const std::string& folder, std::string_view name)
{
    return folder.empty() ? std::string(name) : format("{}/{}", folder, name);
}

std::string parent_of(const std::string& path)
{
    const auto slash = path.find_last_of('/');
    return slash == path.npos ? "" : path.substr(0, slash);
}

std::string last_of(const std::string& path)
{
    const auto slash = path.find_last_of('/');
    return slash == path.npos ? path : path.substr(slash + 1);
}

}  // namespace image
