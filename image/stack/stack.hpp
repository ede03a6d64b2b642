// What a stack of layer folders shows, by the rules of overlayfs (Documentation/filesystems/
// overlayfs.rst), without a mount. The folders are full of what strangers wrote: every symlink is
// followed by us, within the stack, and none by the kernel.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

// Something that the stack shows. `layers` counts from the lowest, which is 0; of a folder they are
// all that merge there, uppermost first, otherwise the one that has it.
struct Entry {
    std::string path = {};  // from the root, without symlinks; the root itself is ""
    std::vector<unsigned> layers = {};
    struct stat status = {};

    bool is_folder() const { return S_ISDIR(status.st_mode); }
    bool is_symlink() const { return S_ISLNK(status.st_mode); }
};

enum class Follow : bool { No, Yes };

// Some of a stack's layers, all by themselves: from `begin` to below `end`.
struct Layers {
    unsigned begin = 0;
    unsigned end = ~0U;  // no more than there are
};

class Stack {
public:
    // Puts a layer on top: an overlay lower folder with whiteouts 0:0 and user.overlay.opaque. Any
    // descriptor of the folder will do, O_PATH as well.
    void push(sys::Fd folder) { folders_.push_back(std::move(folder)); }
    void pop() { folders_.pop_back(); }
    void keep_uppermost(unsigned count);  // and drops all below them
    unsigned size() const { return static_cast<unsigned>(folders_.size()); }
    const sys::Fd& folder(unsigned layer) const { return folders_[layer]; }

    // An opaque root means nothing here, as to the kernel: who builds the stack leaves out what it
    // hides.
    Result<Entry> root(Layers layers = {}) const;

    // What has this name in a folder; no symlink is followed. Nothing: no value.
    Result<std::optional<Entry>> step(const Entry& folder, std::string_view name) const;

    // What the path leads to from the root; symlinks on the way are followed, at the end as told.
    // Nothing is also what lies beyond a file; a chain of more than 40 symlinks is an error
    // (ELOOP).
    Result<std::optional<Entry>> lookup(std::string_view path, Follow last,
                                        Layers layers = {}) const;

    // Where `mkdir -p` in this root would make the path: without symlinks, whatever is there or
    // not. A symlink that leads nowhere yet stands for where it leads, a file for a folder in its
    // place.
    Result<std::string> destination(std::string_view path, Layers layers = {}) const;

    // The merged names of a folder, sorted. No value: there is no folder.
    Result<std::optional<std::vector<std::string>>> list(std::string_view path) const;

    // The object itself, of the uppermost layer that has it. O_CLOEXEC and O_NOFOLLOW are added.
    Result<sys::Fd> open(const Entry& entry, int flags) const;

    // The target of a symlink.
    Result<std::string> target_of(const Entry& symlink) const;

private:
    struct Walk;
    Result<Walk> walk(std::string_view path, Follow last, Layers layers) const;

    std::vector<sys::Fd> folders_;  // lowest first
};

}  // namespace image
