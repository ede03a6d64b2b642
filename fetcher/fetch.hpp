// Brings files into a sandbox: all of them, or none.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fetcher/http.hpp"
#include "fetcher/limits.hpp"
#include "fetcher/order.hpp"
#include "fetcher/place.hpp"
#include "fetcher/progress.hpp"
#include "fetcher/retry.hpp"
#include "fetcher/work_folder.hpp"

namespace fetcher {

// Of --user: numbers, as no /etc/passwd is the right one here.
struct Ids {
    uid_t uid = 0;
    std::optional<gid_t> gid = {};
};

struct Fetch {
    std::string sandbox_path;
    std::vector<Item> items;
    std::optional<Ids> user;  // nothing: the sandbox folder's owner
    std::string certificates_path;
    std::optional<std::uint64_t> size_most;  // bytes of one file, and of one archive's content
    RetryRules retry;
    Progress& progress;
    std::vector<std::string>& notices;

    // Each step adds to these.
    sys::Fd interrupts = {};  // a signalfd
    sys::Fd sandbox = {};
    Owner owner = {};
    HttpOptions http = {};
    WorkFolder work = {};
    std::vector<std::size_t> bars = {};      // of the items
    std::vector<std::size_t> archives = {};  // items that have a folder of content
};

Result<> fetch(Fetch& fetch);

}  // namespace fetcher
