// Folders: made with all that leads to them, listed, and removed with all that is in them.
#pragma once

#include <string>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// mkdir -p, for us alone (mode 0700) whatever the umask; what is there stays as it is.
Result<> make_folders(const std::string& path);

// In no order, without "." and "..".
Result<std::vector<std::string>> names_in(const Fd& folder);

// rm -rf of the entry `name` of `directory`: no symlink is followed, no depth is too deep. That
// there is none is no failure.
Result<> remove_tree(const Fd& directory, const std::string& name);

}  // namespace sys
