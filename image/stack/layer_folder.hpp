// One layer's folder, as overlayfs reads it: paths that lead through no symlink, whiteouts, opaque
// folders, and the names in a folder with what they are.
#pragma once

#include <sys/stat.h>

#include <string>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

// The attributes that tell overlayfs something, and that no image may set or see.
inline constexpr char kOverlayPrefix[] = "user.overlay.";
inline constexpr char kOpaque[] = "user.overlay.opaque";
// Of a folder that holds whiteouts: where no other layer has it, the kernel lists them otherwise,
// as names that cannot be looked at (ovl_get_inode, OVL_WHITEOUTS). Its value is empty.
inline constexpr char kHasWhiteouts[] = "user.overlay.origin";

inline bool is_whiteout(const struct stat& status)
{
    return S_ISCHR(status.st_mode) && status.st_rdev == 0;
}

// The object at `path` below `folder` ("": the folder itself), which no symlink may lead to. With
// O_PATH that object may be a symlink. O_CLOEXEC and O_NOFOLLOW are added.
Result<sys::Fd> open_within(const sys::Fd& folder, const std::string& path, int flags);

// Whether an open folder (not O_PATH) hides what lies below it.
Result<bool> is_opaque(const sys::Fd& folder);

// A name in one folder: a DT_* of <dirent.h>, never DT_UNKNOWN; DT_WHT is a whiteout.
struct Name {
    std::string name;
    unsigned char type;
};
Result<std::vector<Name>> typed_names_in(const sys::Fd& folder);

// "folder/name", where the root is "".
std::string path_in(const std::string& folder, std::string_view name);

// The folder that holds it: "" for what lies in the root.
std::string parent_of(const std::string& path);
std::string last_of(const std::string& path);

}  // namespace image
