// A bundle made of an image: a folder that `runtime` takes.
//
//   bundle.json     what has to be undone: the first that is made, the last that goes
//   rootfs/         the image's tree: an overlay mount, or a copy where there can be none
//   upper/ work/    of the overlay: what the container changes
//   config.json     by the image's config and the caller's options
//
// Its lease keeps the layers in the store until it is removed.
#pragma once

#include <optional>

#include "image/places.hpp"
#include "image/stack/stack.hpp"
#include "spec/container_options.hpp"
#include "spec/users.hpp"

namespace image {

struct Bundle {
    Call& call;
    const Store& store;
    std::string path;                     // absolute
    std::vector<std::string> words = {};  // the container's command line, after the image

    // Each step adds to these.
    Kept image = {};
    sys::Fd folder = {};
    std::string lease = {};
    Stack stack = {};
    sys::Fd root = {};
    spec::FoundUser user = {};
};

// Where it fails nothing is left of it.
Result<> make_bundle(Bundle& bundle);

// Unmounts and removes all of it. That it is not there, or half of it, is no failure; a folder that
// is no bundle of ours is left as it is.
Result<> remove_bundle(const std::string& path);

}  // namespace image
