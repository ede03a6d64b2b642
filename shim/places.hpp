// Where things are kept (ARCHITECTURE.md, "Files are the first API").
#pragma once

#include <string>

#include "spec/result.hpp"

namespace shim {

struct Places {
    std::string root = {};  // what runs: /run/davit; gone after a reboot
    std::string data = {};  // what lasts: /var/lib/davit

    std::string runtime_root() const { return root + "/runtime"; }
    std::string running() const { return root + "/shim"; }
    std::string records() const { return data + "/containers"; }
    std::string sandboxes() const { return data + "/sandbox"; }
    std::string store() const { return data + "/store"; }
};

// These folders, absolute; for those that are empty root's own, or those of a user's XDG_*_HOME.
Result<Places> find_places(const std::string& root, const std::string& data);

}  // namespace shim
