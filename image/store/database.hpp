// store.db: which images are kept, who uses what of the store, and nothing that the files tell by
// themselves. A change is one transaction, and none spans a download: a process that dies in one
// leaves it undone (SQLite, write-ahead log).
//
// An object is a name below the store: "layers/HEX", "fixes/HEX", "blobs/sha256/HEX". It lives as
// long as an image or a lease uses it. Who makes an object says so first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "spec/result.hpp"

struct sqlite3;

namespace image {

struct ImageRecord {
    std::string reference = {};  // the canonical text
    std::string digest = {};     // of what the reference means: the index, if there is one
    std::string manifest = {};   // digest of the one for our platform
    std::string config = {};     // digest
    std::uint64_t size = 0;      // of the layers as they came, in bytes
    std::string pulled = {};     // RFC 3339
};

// Somebody who needs objects although no image may name them: a pull while it lasts (its holder is
// a folder under tmp/), a bundle until `image unbundle` (its holder is the bundle's path).
struct Lease {
    std::string id = {};
    std::string holder = {};
};

using Objects = std::span<const std::string>;

class Database {
public:
    static Result<Database> open(const std::string& path);

    Result<> add_lease(const Lease& lease, Objects objects) const;
    Result<> end_lease(const std::string& id) const;

    // In the place of what the reference has meant so far.
    Result<> keep_image(const ImageRecord& image, Objects objects) const;
    Result<bool> forget_image(const std::string& reference) const;  // whether there was one
    Result<std::vector<ImageRecord>> images() const;
    Result<std::optional<ImageRecord>> find_image(const std::string& reference) const;

    // While `sweep` runs with the names of all objects that somebody uses, nobody else begins to
    // use one.
    Result<> while_nobody_begins(
        const std::function<Result<>(const std::set<std::string>& used)>& sweep) const;

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    explicit Database(std::unique_ptr<sqlite3, Close> handle) : handle_(std::move(handle)) {}

    Result<> lay_out() const;
    Result<> change(const std::function<Result<>()>& what) const;
    Result<> use(const std::string& owner, Objects objects) const;
    Result<> forget(const std::string& owner) const;

    std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace image
