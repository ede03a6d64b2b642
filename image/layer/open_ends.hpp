// What a layer cannot decide alone: that depends on the layers below it. The process that writes a
// layer finds it out and keeps it beside the layer's tree as open.json.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"

namespace image {

// Paths are bytes, relative to the layer's root, without "/" at either end, and as they lie in the
// layer's tree: symlinks that the same layer has made are resolved. The root itself is "".
struct OpenEnds {
    // The layer hides all that is below it: an overlay does not know this of a root.
    bool opaque_root = false;

    // Folders that entries lie in and that no entry describes, parents first, with the root where
    // it is one: the folder below has the mode, the owner and the times, and where something else
    // is below, it may be a symlink to follow. They were made with mode 0755, root's, of 1970, and
    // may be opaque. One that holds nothing but whiteouts and others like it is there only if it is
    // there below.
    std::vector<std::string> implicit = {};

    // Hard links whose target the layer does not have. `target` is as the tar says, but in the form
    // of a path here; `path` is not made in the tree, and what was there of this layer is gone.
    struct Link {
        std::string path = {};
        std::string target = {};
        friend bool operator==(const Link&, const Link&) = default;
    };
    std::vector<Link> links = {};

    // Whiteouts (in the tree as devices 0:0) in folders that are implicit, without the root's.
    std::vector<std::string> whiteouts = {};

    bool empty() const
    {
        return !opaque_root && implicit.empty() && links.empty() && whiteouts.empty();
    }
    friend bool operator==(const OpenEnds&, const OpenEnds&) = default;
};

// The text of open.json. In paths "%" and each byte that does not belong to UTF-8 are written as
// "%" and two digits of 0-9 and A-F. Texts longer than spec::kJsonMost are not read again.
std::string to_json(const OpenEnds& ends);
Result<OpenEnds> read_open_ends(std::string_view text, std::string_view name);

}  // namespace image
