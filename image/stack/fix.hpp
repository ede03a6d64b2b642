// What makes the overlay of a layer and those below it show what applying them one after the other
// would show: a small folder, a "fix", that lies directly above the layer.
#pragma once

#include "image/layer/open_ends.hpp"
#include "image/stack/stack.hpp"

namespace image {

struct Fix {
    bool needed = false;     // something was put into the folder
    bool hides_all = false;  // the layer's root is opaque: all layers below it are to be left out
};

// Mends the stack's uppermost layer with regard to those below it, which contain their own fixes.
// `into` is an empty folder of ours, open for reading, on the layers' file system; what does not
// differ is shared with them by hard links. On success with `needed` it is to be pushed on the
// stack (it was not yet). The layer's own entries count as applied before those that a symlink of a
// lower layer leads elsewhere; those make what is missing where they lead, as `mkdir -p` would, a
// file on the way becomes a folder. Whiteouts make nothing. A hard link without a target is an
// error, and so is one to a folder.
Result<Fix> mend(Stack& stack, const OpenEnds& ends, const sys::Fd& into);

}  // namespace image
