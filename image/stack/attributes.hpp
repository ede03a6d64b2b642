// What a file or folder has besides its content: mode, owner, time, extended attributes.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

// Extended attributes by name, sorted, without those that overlayfs keeps for itself and those that
// belong to the host (security.selinux).
using Xattrs = std::vector<std::pair<std::string, std::string>>;

struct Attributes {
    mode_t mode = 0755;  // permission bits only
    uid_t uid = 0;
    gid_t gid = 0;
    timespec modified = {};  // of access as well: a layer knows no other time
    Xattrs xattrs = {};
};
bool operator==(const Attributes& one, const Attributes& other);

// Of an open file or folder, not O_PATH.
Result<Attributes> attributes_of(const sys::Fd& object);
Result<> set_attributes(const sys::Fd& object, const Attributes& attributes);

Result<> set_owner_and_mode(const sys::Fd& object, const struct stat& status);
Result<> copy_xattrs(const sys::Fd& from, const sys::Fd& to);

}  // namespace image
