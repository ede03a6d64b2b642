// Paths inside a root file system that somebody else made: every symlink in it may point anywhere,
// and may change while we look. All of them are resolved by the kernel, below a folder that is held
// open, as if that folder were "/" (openat2(2), RESOLVE_IN_ROOT).
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// The object at `path`, symlinks followed within `root`. O_CLOEXEC is added.
Result<Fd> open_in_root(const Fd& root, const std::string& path, int flags, mode_t mode = 0);

// As open_in_root with O_PATH; what is missing of the path is made first: folders with `mode`, and,
// for make_file_in_root, an empty file with mode 0644 at the end.
Result<Fd> make_folder_in_root(const Fd& root, const std::string& path, mode_t mode = 0755);
Result<Fd> make_file_in_root(const Fd& root, const std::string& path);

}  // namespace sys
