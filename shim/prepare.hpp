// What a container of an image needs before `runtime` can make it. Each may be done again by a shim
// that takes over.
#pragma once

#include "shim/supervise.hpp"

namespace shim {

// A bundle in the record's folder: the image is brought where that is needed.
Result<> make_bundle(Container& container, Supervisor& supervisor);

// The sandbox belongs to the container's user; and how the image wants to be stopped is noted.
Result<> read_bundle(Container& container);

Result<> fetch_files(Container& container, Supervisor& supervisor);

// Nothing is left of the bundle, and the store may forget its layers.
Result<> remove_bundle(const Container& container);
bool has_bundle(const sys::Fd& record);

}  // namespace shim
