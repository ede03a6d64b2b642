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

    // What is copied: the entry `from_name` of one open folder becomes the entry `name` of another,
    // where it must not be there yet. `path` is that one's from the root, `type` a DT_* of both.
    struct Copied {
        const sys::Fd& from;
        const std::string& from_name;
        unsigned char type;
        const sys::Fd& to;
        const std::string& name;
        const std::string& path;
    };
    Result<> copy(const Copied& it);

private:
    Result<> copy_file(const Copied& it);
    Result<> copy_special(const Copied& it);
    Result<> copy_data(const sys::Fd& from, const sys::Fd& to, const struct stat& status);
    Result<bool> linked(const Copied& it, const struct stat& status);
    void remember(const Copied& it, const struct stat& status);

    const sys::Fd& root_;
    Share share_;
    bool clones_ = true;  // until the file system says that it does not know how
    std::map<std::pair<dev_t, ino_t>, std::string> made_ = {};  // files with several names
};

}  // namespace image
