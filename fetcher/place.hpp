// What has become whole gets its place in the sandbox, where somebody else may have put anything
// before, and may go on doing so: no symlink is followed there. Each thing comes by rename(2).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace fetcher {

struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
};

class Placement {
public:
    // `work` is a folder of ours on the same file system; what had a place comes there. Folders
    // that are made in the sandbox are `owner`'s.
    Placement(const sys::Fd& work, const sys::Fd& sandbox, const Owner& owner)
        : work_(work), sandbox_(sandbox), owner_(owner)
    {
    }
    ~Placement();  // undoes what was not kept, last things first
    Placement(const Placement&) = delete;
    Placement& operator=(const Placement&) = delete;

    // The file `from` of the work folder to this path. It replaces all but a folder.
    Result<> put_file(const std::string& from, const std::string& to);

    // All that is in the folder `from`. What is a folder there and here becomes one with the
    // attributes that it had here; all else is replaced.
    Result<> put_content(const std::string& from);

    void keep() { done_.clear(); }

private:
    struct Done {
        enum class What : std::uint8_t { Moved, Exchanged, MadeFolder };
        What what = What::Moved;
        std::string from = {};
        std::string to = {};
    };
    Result<> make_folders(const std::string& path);
    Result<> make_folder(const std::string& path);
    Result<> move(const std::string& from, const std::string& to);
    Result<> move_over(const std::string& from, const std::string& to);
    Result<> merge(const std::string& from, const std::string& to);
    int rename(const std::string& from, const std::string& to, unsigned flags) const;
    void undo(const Done& done) const;

    const sys::Fd& work_;
    const sys::Fd& sandbox_;
    Owner owner_;
    std::vector<Done> done_ = {};
};

}  // namespace fetcher
