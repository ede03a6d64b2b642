// A folder that is filled from an archive. Every path is resolved by the kernel below that folder,
// as if it were "/"; symlinks on the way are followed in there, the last component never is.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "fetcher/archive.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace fetcher {

// A character device 0:0 is what overlayfs takes for "nothing": no archive may bring one.
bool is_whiteout(const struct stat& status);

class Tree {
public:
    // What is remembered of a folder until the end: what is put into it changes its times, and its
    // set-group-ID bit would change the groups of what is made in it.
    struct Folder {
        timespec mtime = {};
        mode_t late_mode = 0;    // 0: it has its mode
        bool described = false;  // by an entry of its own, or made in the place of something else
        bool needed = false;     // something lies in it that is no whiteout
        bool fresh = false;      // nothing of a folder that was there before is left
        bool opaque = false;     // of its content nothing is left
    };
    // By their paths in the tree, where no symlink is: "" is the root.
    using Folders = std::map<std::string, Folder, std::less<>>;
    using Links = std::map<std::string, std::string, std::less<>>;  // path -> target

    // `root`: an empty folder of root's without set-group-ID bit, where nobody else writes; it may
    // be open for its path alone.
    Tree(sys::Fd root, const Limits& limits);

    // Makes the entry at `path` (a clean_path()), with `archive` for a file's content. A folder
    // over a folder sets its attributes; whatever else is in the way is removed first. A link whose
    // target is not there is made in the end.
    Result<> add(const std::string& path, const Entry& entry, Archive& archive);

    // Where a path's last component is, or would be. What is missing on the way is made (0755),
    // and, for an entry, what is no folder there is replaced by one; for a whiteout that means that
    // there is nothing to hide, and no place. It is valid until the next call.
    enum class For : std::uint8_t { Entry, Whiteout };
    struct Place {
        const sys::Fd* parent = nullptr;  // O_PATH
        std::string name = {};
        std::string path = {};  // without symlinks
    };
    Result<std::optional<Place>> find_place(const std::string& path, For what);

    // What is there, if anything; no symlink is followed.
    Result<std::optional<struct stat>> look_at(const Place& place) const;
    Result<> remove(const Place& place);

    // Makes the links that waited. Those whose target is still missing are left.
    Result<> finish_links();
    const Links& links() const { return links_; }
    // Gives folders their late modes and their times, after `each` has had them.
    using EachFolder = std::function<Result<>(const sys::Fd&, const std::string&, const Folder&)>;
    Result<> finish_folders(const EachFolder& each);

    Folders& folders() { return folders_; }
    const Folders& folders() const { return folders_; }
    const sys::Fd& root() const { return root_; }
    // Whether an attribute had to be left out, for this file system has none.
    bool lost_xattrs() const { return lost_xattrs_; }

private:
    struct Parent {
        sys::Fd fd = {};
        std::string path = {};  // without symlinks
    };
    class Walk;

    Result<const Parent*> find_parent(std::string_view folder, For what);
    void mark_needed(std::string_view folder);
    void forget(const std::string& path);

    Result<> add_root(const Entry& entry);
    Result<> add_folder(const Place& place, const Entry& entry);
    Result<> add_file(const Place& place, const Entry& entry, Archive& archive);
    Result<> add_symlink(const Place& place, const Entry& entry);
    Result<> add_node(const Place& place, const Entry& entry);
    Result<> add_link(const Place& place, const Entry& entry);
    Result<bool> link(const Place& place, const std::string& target);
    template <class Make>
    Result<> make(const Place& place, const Make& make);
    Result<> set_on_folder(const sys::Fd& folder, const Entry& entry);
    Result<> set_xattrs(const sys::Fd& fd, const Entry& entry);

    sys::Fd root_;
    Limits limits_;
    Folders folders_ = {};
    Links links_ = {};
    // Entries come folder by folder: the last one's is kept. Whatever is removed may have been on
    // the way to it (CVE-2025-47290), so then it is looked up again.
    Parent parent_ = {};
    std::string asked_ = {};
    bool known_ = false;
    bool marked_ = false;
    bool lost_xattrs_ = false;
};

}  // namespace fetcher
