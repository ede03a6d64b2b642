// The store: what images are made of, once each, shared by all containers.
//
//   blobs/HASH/HEX     manifests, indexes and configs, as they came
//   layers/HEX/        of the layer whose diff_id is HEX: tree/, an overlay's lower folder, and
//                      open.json, where only the layers below decide (image/layer/open_ends.hpp)
//   fixes/HEX/         of the layer at the top of the chain whose id is HEX: tree/, which lies
//   above
//                      the layer's and mends it with regard to those below, if that is needed
//   store.db           who uses what
//   tmp/ trash/        never seen as content
//
// An object takes its name when it is whole and safe on the disk, and never changes then: that it
// is there says that it is right. Nobody but root may enter (CVE-2021-41091: there are set-user-ID
// programs in it).
#pragma once

#include <array>
#include <optional>
#include <string>

#include "image/store/database.hpp"
#include "image/store/work_folder.hpp"
#include "spec/digest.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

class Store {
public:
    // Made where it is missing.
    static Result<Store> open(const std::string& path);

    const std::string& path() const { return path_; }
    const Database& database() const { return database_; }
    const sys::Fd& layers() const { return layers_; }
    const sys::Fd& fixes() const { return fixes_; }
    const sys::Fd& tmp() const { return tmp_; }

    Result<bool> has_layer(const spec::Digest& diff_id) const;

    // A manifest, an index or a config; nothing where it is not there. What is there is verified
    // whenever it is read: the disk may have changed it.
    Result<std::optional<std::string>> read_blob(const spec::Digest& digest) const;
    Result<> write_blob(const spec::Digest& digest, std::string_view text) const;

    // Removes what nobody uses, and what processes that are gone have left behind.
    Result<> sweep() const;

private:
    Store(std::string path, Database database)
        : path_(std::move(path)), database_(std::move(database))
    {
    }

    Result<> throw_away(const sys::Fd& folder, const std::string& name) const;
    Result<> sweep_tmp() const;
    Result<> sweep_unused(const std::set<std::string>& used) const;
    Result<> empty_trash() const;

    const sys::Fd& blobs_of(const spec::Digest& digest) const
    {
        return blobs_[static_cast<std::size_t>(digest.hash)];
    }

    std::string path_;
    Database database_;
    sys::Fd layers_, fixes_, tmp_, trash_;
    std::array<sys::Fd, spec::kWords<spec::Hash>.size()> blobs_;
};

// The names of objects.
std::string layer_object(const spec::Digest& diff_id);
std::string fix_object(const spec::Digest& chain_id);
std::string blob_object(const spec::Digest& digest);

}  // namespace image
