// A stack of layers as an overlay mount.
#pragma once

#include <string>

#include "image/stack/stack.hpp"

namespace image {

// Where writes go: both folders on one file system, `work` empty. Its root must be dressed before.
struct Upper {
    const sys::Fd& folder;
    const sys::Fd& work;
};

// Mounts the stack on the folder `on`, which `name` calls in an error; read-only without `upper`.
// The mount is private, and keeps to user.overlay.* ("userxattr"), for which Linux 5.11 is needed.
Result<> mount_overlay(const Stack& stack, const Upper* upper, const sys::Fd& on,
                       const std::string& name);

// Gives the new upper folder the attributes of the root that the stack shows: an overlay takes
// those of its uppermost folder.
Result<> dress_upper(const Stack& stack, const sys::Fd& upper);

// Whether overlays work here, for layers and upper folders on the file system of `folder`, an empty
// folder of ours: tried, for no kernel version, file system or privilege tells. The error is the
// reason why not. Nothing is left in it.
Result<> try_overlay(const sys::Fd& folder);

}  // namespace image
