// What is to be fetched, as the command line or a JSON document says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fetcher/uri.hpp"
#include "spec/digest.hpp"
#include "spec/result.hpp"

namespace fetcher {

enum class Extract : std::uint8_t {
    No,
    IfArchive,  // as in Mesos: what is no archive is a file
    Yes,        // what is no archive is refused
};

struct Item {
    Uri uri = {};
    std::string name = {};  // its file's path below the sandbox
    std::optional<spec::Digest> digest = {};
    bool executable = false;
    Extract extract = Extract::No;
};

// As it is written.
struct Order {
    std::string value = {};        // a URI
    std::string output_file = {};  // "": called as in the URI
    std::string sha256 = {};       // "": any content will do
    bool executable = false;
    bool extract = true;
    bool cache = false;
};

// The document: {"uris": [{"value": ..., "output_file": ..., "executable": ..., "extract": ...,
// "sha256": ...}, ...]}, so a CommandInfo of Mesos, too. As there, what is an archive is extracted
// unless it is executable or `extract` says no.
Result<std::vector<Item>> read_orders(std::string_view json, std::string_view name);

// The item that an order means; `extract` is the caller's to set.
Result<Item> read_item(const Order& order);

// That no two of them want the same place.
Result<> check_names(const std::vector<Item>& items);

}  // namespace fetcher
