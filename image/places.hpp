// Where the store is, and what a verb finds in it.
#pragma once

#include "image/store/store.hpp"
#include "image/verbs.hpp"
#include "spec/image_config.hpp"
#include "spec/reference.hpp"

namespace image {

// The store of --store, else of root /var/lib/davit/store, of others $XDG_DATA_HOME/davit/store.
Result<Store> open_store(const Options& options);

// What this machine runs, or what --platform says.
Result<spec::Platform> platform_of(const Options& options);

// What a word of the command line names, folders by their absolute paths; it becomes the call's
// subject.
Result<spec::ImageName> read_name(Call& call, const std::string& word);

// An image that is kept.
struct Kept {
    ImageRecord record = {};
    spec::ImageConfig config = {};
    std::string config_text = {};
};
Result<Kept> find_kept(Call& call, const Store& store, const std::string& word);

}  // namespace image
