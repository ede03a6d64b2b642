#include "image/stack/attributes.hpp"

#include <fcntl.h>
#include <linux/limits.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "image/stack/layer_folder.hpp"

namespace image {

bool operator==(const Attributes& one, const Attributes& other)
{
    return one.mode == other.mode && one.uid == other.uid && one.gid == other.gid &&
           one.modified.tv_sec == other.modified.tv_sec &&
           one.modified.tv_nsec == other.modified.tv_nsec && one.xattrs == other.xattrs;
}

// The names, each with a NUL behind it; mostly there are none.
static Result<std::string> xattr_names(const sys::Fd& object)
{
    std::string names(256, '\0');
    ssize_t size = ::flistxattr(object.get(), names.data(), names.size());
    if (size < 0 && errno == ERANGE) {
        names.resize(XATTR_LIST_MAX);
        size = ::flistxattr(object.get(), names.data(), names.size());
    }
    if (size < 0 && errno != ENOTSUP)
        return failed_sys("list extended attributes");
    names.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return names;
}

static bool is_ours(std::string_view name)
{
    return !name.starts_with(kOverlayPrefix) && !name.starts_with("trusted.overlay.") &&
           name != "security.selinux";
}

static Result<Xattrs> xattrs_of(const sys::Fd& object)
{
    const std::string names = TRY(xattr_names(object));
    Xattrs xattrs;
    for (std::size_t at = 0; at < names.size();) {
        const std::string name = names.c_str() + at;
        at += name.size() + 1;
        if (!is_ours(name))
            continue;
        std::string value(XATTR_SIZE_MAX, '\0');
        const ssize_t size = ::fgetxattr(object.get(), name.c_str(), value.data(), value.size());
        if (size < 0)
            return failed_sys("read the extended attribute {}", name);
        value.resize(static_cast<std::size_t>(size));
        xattrs.emplace_back(name, value);
    }
    std::sort(xattrs.begin(), xattrs.end());
    return xattrs;
}

static Result<> set_xattrs(const sys::Fd& object, const Xattrs& xattrs)
{
    for (const auto& [name, value] : xattrs)
        if (::fsetxattr(object.get(), name.c_str(), value.data(), value.size(), 0) < 0)
            return failed_sys("set the extended attribute {}", name);
    return {};
}

Result<Attributes> attributes_of(const sys::Fd& object)
{
    struct stat status = {};
    if (::fstat(object.get(), &status) < 0)
        return failed_sys("look at it");
    Xattrs xattrs = TRY(xattrs_of(object));
    return Attributes{.mode = status.st_mode & 07777,
                      .uid = status.st_uid,
                      .gid = status.st_gid,
                      .modified = status.st_mtim,
                      .xattrs = std::move(xattrs)};
}

Result<> set_attributes(const sys::Fd& object, const Attributes& attributes)
{
    struct stat status = {};
    status.st_mode = attributes.mode;
    status.st_uid = attributes.uid;
    status.st_gid = attributes.gid;
    TRY(set_owner_and_mode(object, status));
    TRY(set_xattrs(object, attributes.xattrs));
    const timespec times[2] = {attributes.modified, attributes.modified};
    if (::futimens(object.get(), times) < 0)
        return failed_sys("set its times");
    return {};
}

// The owner first: a change of it clears setuid and setgid.
Result<> set_owner_and_mode(const sys::Fd& object, const struct stat& status)
{
    if (::fchown(object.get(), status.st_uid, status.st_gid) < 0)
        return failed_sys("give it to {}:{}", status.st_uid, status.st_gid);
    if (::fchmod(object.get(), status.st_mode & 07777) < 0)
        return failed_sys("give it mode {:o}", status.st_mode & 07777);
    return {};
}

Result<> copy_xattrs(const sys::Fd& from, const sys::Fd& to)
{
    const Xattrs xattrs = TRY(xattrs_of(from));
    return set_xattrs(to, xattrs);
}

}  // namespace image
