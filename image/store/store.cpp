#include "image/store/store.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetcher/digest_of.hpp"
#include "spec/manifest.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/random.hpp"

namespace image {

std::string layer_object(const spec::Digest& diff_id)
{
    return "layers/" + diff_id.hex;
}

std::string fix_object(const spec::Digest& chain_id)
{
    return "fixes/" + chain_id.hex;
}

std::string blob_object(const spec::Digest& digest)
{
    return format("blobs/{}/{}", spec::word(digest.hash), digest.hex);
}

static Result<sys::Fd> open_below(const std::string& store, std::string_view name)
{
    const std::string path = format("{}/{}", store, name);
    TRY(sys::make_folders(path));
    return sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
}

static Result<> check_is_ours(const sys::Fd& folder, const std::string& path)
{
    struct stat facts = {};
    if (::fstat(folder.get(), &facts) < 0)
        return failed_sys("look at {}", path);
    if (facts.st_uid != ::geteuid() || (facts.st_mode & 022) != 0)
        return failed("{} is no store: others than its owner could write to it", path);
    return {};
}

Result<Store> Store::open(const std::string& path)
{
    TRY(sys::make_folders(path));
    const sys::Fd top = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
    TRY(check_is_ours(top, path));
    sys::Fd layers = TRY(open_below(path, "layers"));
    const bool fresh = ::faccessat(top.get(), "store.db", F_OK, AT_SYMLINK_NOFOLLOW) < 0;
    // Without it all layers would seem to be nobody's.
    if (fresh) {
        const auto names = TRY(sys::names_in(layers));
        if (!names.empty())
            return failed("{}/store.db is missing, and there are layers", path);
    }
    Database database = TRY(Database::open(path + "/store.db"));
    Store store(path, std::move(database));
    store.layers_ = std::move(layers);
    store.fixes_ = TRY(open_below(path, "fixes"));
    for (std::size_t i = 0; i < store.blobs_.size(); i++)
        store.blobs_[i] = TRY(open_below(path, format("blobs/{}", spec::kWords<spec::Hash>[i])));
    store.tmp_ = TRY(open_below(path, "tmp"));
    store.trash_ = TRY(open_below(path, "trash"));
    return store;
}

Result<bool> Store::has_layer(const spec::Digest& diff_id) const
{
    if (::faccessat(layers_.get(), diff_id.hex.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return true;
    return errno == ENOENT ? Result<bool>(false) : failed_sys("look for layer {}", diff_id.text());
}

Result<std::optional<std::string>> Store::read_blob(const spec::Digest& digest) const
{
    auto text = sys::read_file(blobs_of(digest).get(), digest.hex, spec::kManifestMost);
    if (!text && text.error().code == ENOENT)
        return std::nullopt;
    std::string read = TRY(std::move(text));
    if (fetcher::digest_of(read, digest.hash) != digest)
        return failed("{}/{} is damaged: its content has another digest", path_,
                      blob_object(digest));
    return read;
}

Result<> Store::write_blob(const spec::Digest& digest, std::string_view text) const
{
    return sys::replace_file(blobs_of(digest).get(), digest.hex, text, 0600);
}

// Under a name that nothing else has: what has the object's name next is another one.
Result<> Store::throw_away(const sys::Fd& folder, const std::string& name) const
{
    const std::string unique = TRY(sys::random_name());
    if (::renameat(folder.get(), name.c_str(), trash_.get(), unique.c_str()) < 0)
        return failed_sys("move {} to trash/", name);
    return {};
}

// A pull's lease lives as long as somebody holds its folder: it is ended first.
Result<> Store::sweep_tmp() const
{
    const auto names = TRY(sys::names_in(tmp_));
    for (const auto& name : names) {
        auto left = TRY(WorkFolder::take_if_left(tmp_, name));
        if (!left)
            continue;
        const bool dear = TRY_TO(left->holds_part(), "{}/tmp", path_);
        if (dear)
            continue;
        TRY(database_.end_lease(name));
        TRY_TO(left->discard(), "{}/tmp", path_);
    }
    return {};
}

Result<> Store::empty_trash() const
{
    if (::flock(trash_.get(), LOCK_EX | LOCK_NB) < 0)
        return {};  // somebody is at it
    const auto names = TRY(sys::names_in(trash_));
    for (const auto& name : names)
        TRY_TO(sys::remove_tree(trash_, name), "{}/trash", path_);
    (void)::flock(trash_.get(), LOCK_UN);
    return {};
}

Result<> Store::sweep_unused(const std::set<std::string>& used) const
{
    const std::pair<const sys::Fd*, std::string> places[] = {{&layers_, "layers"},
                                                             {&fixes_, "fixes"},
                                                             {&blobs_[0], "blobs/sha256"},
                                                             {&blobs_[1], "blobs/sha512"}};
    for (const auto& [folder, place] : places) {
        const auto names = TRY(sys::names_in(*folder));
        for (const auto& name : names)
            if (!used.contains(format("{}/{}", place, name)))
                TRY(throw_away(*folder, name));
    }
    return {};
}

Result<> Store::sweep() const
{
    TRY(sweep_tmp());
    TRY(database_.while_nobody_begins([&](const auto& used) { return sweep_unused(used); }));
    return empty_trash();
}

}  // namespace image
