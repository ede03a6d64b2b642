// A stack of layers as one plain folder, by the rules of overlayfs.
#pragma once

#include "image/stack/stack.hpp"

namespace image {

// Copies what the stack shows into `into`, an empty folder, open for reading, that nobody else
// changes meanwhile. Owners, modes, times, holes, hard links and extended attributes come along.
Result<> flatten(const Stack& stack, const sys::Fd& into);

}  // namespace image
