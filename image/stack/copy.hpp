// Copies of what is no folder: files, symlinks, nodes, with all they have. Names of one file become
// names of one copy.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <utility>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

// Whether a copy may be another name of the same file. It may in folders that nobody ever writes.
enum class Share : bool { Never, WherePossible };

class Copier {
public:
    Copier(const sys::Fd& root, Share share) : root_(root), share_(share) {}

    // Makes the entry `name` of the open folder `to`, which is `path` from the root that was given,
    // a copy of the entry of the same or another name in `from`. It must not be there yet.
    struct Copied {
        const sys::Fd& from;
        const std::string& from_name;
        const sys::Fd& to;
        const std::string& name;
        const std::string& path;
    };
    Result<> copy(const Copied& it);

private:
    Result<> copy_file(const Copied& it);
    Result<> copy_special(const Copied& it, const struct stat& status);
    Result<> copy_data(const sys::Fd& from, const sys::Fd& to, const struct stat& status);
    Result<bool> linked(const Copied& it, const struct stat& status);

    const sys::Fd& root_;
    Share share_;
    bool clones_ = true;  // until the file system says that it does not know how
    std::map<std::pair<dev_t, ino_t>, std::string> made_ = {};  // files with several names
};

}  // namespace image
