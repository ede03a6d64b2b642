#include "image/layer/apply.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <set>

#include "fetcher/archive.hpp"
#include "fetcher/entry_path.hpp"
#include "fetcher/tree.hpp"
#include "image/stack/layer_folder.hpp"
#include "spec/text.hpp"

namespace image {

using fetcher::Entry;
using fetcher::Tree;
using fetcher::Type;

static constexpr std::string_view kWhiteout = ".wh.";
static constexpr std::string_view kReserved = ".wh..wh.";  // aufs' own: hard links and the like
static constexpr std::string_view kOpaqueMarker = ".wh..wh..opq";
static constexpr std::size_t kNamedMost = 8;

namespace {

class Layer {
public:
    Layer(sys::Fd root, const fetcher::Limits& limits)
        : limits_(limits), tree_(std::move(root), limits)
    {
    }

    Result<Applied> read(int tar)
    {
        fetcher::Archive archive = TRY(fetcher::Archive::open_tar(tar, limits_));
        Entry entry;
        for (;; ++applied_.entries) {
            const bool more = TRY_TO(archive.next(entry), "entry {}", applied_.entries + 1);
            if (!more)
                break;
            TRY_TO(take(entry, archive), "entry {}", spec::quoted(entry.path));
        }
        TRY(archive.drain());
        TRY(finish());
        return std::move(applied_);
    }

private:
    Result<> take(Entry& entry, fetcher::Archive& archive);
    Result<> hide(const std::string& path);
    Result<> hide_content(const std::string& marker);
    void keep_xattrs(Entry& entry);

    Result<> finish();
    Result<> prune();
    Result<> find_open_ends();
    bool is_covered(std::string_view path) const;
    Result<> finish_folder(const sys::Fd& folder, const std::string& path,
                           const Tree::Folder& record) const;

    fetcher::Limits limits_;
    Tree tree_;
    Applied applied_ = {};
    std::set<std::string> whiteouts_ = {};
    std::set<std::string> hiding_ = {};    // folders that they are in
    std::set<std::string> left_out_ = {};  // names of attributes
};

// What of a path is a whiteout's, or none of ours.
enum class Word : std::uint8_t { Plain, Whiteout, Opaque, Reserved };

Result<Word> word_of(std::string_view path)
{
    const std::string_view name = fetcher::name_of(path);
    if (name == kOpaqueMarker)
        return Word::Opaque;
    if (name.starts_with(kReserved))
        return Word::Reserved;
    if (!name.starts_with(kWhiteout))
        return Word::Plain;
    // ".." would leave the folder (umoci removed the host's), "" and "." would be the folder.
    const std::string_view hidden = name.substr(kWhiteout.size());
    if (hidden.empty() || hidden == "." || hidden == "..")
        return failed("it is a whiteout of nothing that can be there");
    return Word::Whiteout;
}

bool contains_whiteout(std::string_view path)
{
    return path.starts_with(kWhiteout) || path.find("/.wh.") != path.npos;
}

}  // namespace

Result<> Layer::take(Entry& entry, fetcher::Archive& archive)
{
    std::string path = TRY(fetcher::clean_path(entry.path, limits_));
    Word word = Word::Plain;
    if (contains_whiteout(path)) [[unlikely]] {
        word = TRY(word_of(path));
        for (auto up = fetcher::parent_of(path); !up.empty(); up = fetcher::parent_of(up)) {
            const Word above = TRY(word_of(up));
            if (above == Word::Reserved)
                word = above;
            else if (above != Word::Plain)
                return failed("it lies in a whiteout");
        }
    }
    switch (word) {
        case Word::Plain:
            keep_xattrs(entry);
            return tree_.add(path, entry, archive);
        case Word::Whiteout: {
            const auto slash = path.rfind('/');
            path.erase(slash == path.npos ? 0 : slash + 1, kWhiteout.size());
            return hide(path);
        }
        case Word::Opaque:
            return hide_content(path);
        case Word::Reserved:
            return {};
    }
    std::unreachable();
}

// A whiteout is about the layers below and never hits what this layer has, before or after it.
Result<> Layer::hide(const std::string& path)
{
    const auto place = TRY(tree_.find_place(path, Tree::For::Whiteout));
    if (!place || tree_.links().contains(place->path))
        return {};
    const auto found = TRY(tree_.look_at(*place));
    if (found && !S_ISDIR(found->st_mode))
        return {};
    if (found) {
        auto& record = tree_.folders()[place->path];
        if (record.described || record.needed) {
            record.fresh = true;
            return {};
        }
        TRY(tree_.remove(*place));  // only whiteouts needed it
    }
    const int parent = place->parent->get();
    const timespec epoch[2] = {};
    if (::mknodat(parent, place->name.c_str(), S_IFCHR, 0) < 0 ||
        ::utimensat(parent, place->name.c_str(), epoch, AT_SYMLINK_NOFOLLOW) < 0)
        return failed_sys("make a whiteout");
    whiteouts_.insert(place->path);
    hiding_.emplace(fetcher::parent_of(place->path));
    return {};
}

Result<> Layer::hide_content(const std::string& marker)
{
    const auto place = TRY(tree_.find_place(marker, Tree::For::Whiteout));
    if (place)
        tree_.folders()[std::string(fetcher::parent_of(place->path))].opaque = true;
    return {};
}

// An overlay would believe its own attributes; trusted.* is not ours to write; labels and ACLs of
// the machine where the image was built mean nothing here.
void Layer::keep_xattrs(Entry& entry)
{
    std::erase_if(entry.xattrs, [&](const fetcher::Xattr& xattr) {
        const std::string_view name = xattr.name;
        const bool wanted = (name.starts_with("user.") && !name.starts_with("user.overlay.") &&
                             (entry.type == Type::File || entry.type == Type::Folder)) ||
                            (name == "security.capability" && entry.type == Type::File);
        if (!wanted && name != "security.selinux" && left_out_.size() < kNamedMost)
            left_out_.insert(spec::quoted(name));
        return !wanted;
    });
}

// Whether a folder above it hides what lies below.
bool Layer::is_covered(std::string_view path) const
{
    while (!path.empty()) {
        path = fetcher::parent_of(path);
        const auto found = tree_.folders().find(path);
        if (found != tree_.folders().end() && (found->second.fresh || found->second.opaque))
            return true;
    }
    return false;
}

// Folders that only whiteouts needed are there if they are there below, and here nothing is.
Result<> Layer::prune()
{
    std::vector<std::string> paths;
    for (const auto& [path, record] : tree_.folders())
        if (!path.empty() && !record.described && !record.needed && is_covered(path))
            paths.push_back(path);
    for (const auto& path : paths) {
        if (!tree_.folders().contains(path))  // gone with the one above
            continue;
        const auto place = TRY(tree_.find_place(path, Tree::For::Whiteout));
        if (place)
            TRY(tree_.remove(*place));
    }
    return {};
}

Result<> Layer::find_open_ends()
{
    auto& ends = applied_.ends;
    const auto& folders = tree_.folders();
    const auto is_open = [&](const std::string& path, const Tree::Folder& record) {
        return !record.described && !record.fresh && !is_covered(path);
    };
    for (const auto& [path, record] : folders)
        if (is_open(path, record))
            ends.implicit.push_back(path);
    ends.opaque_root = folders.at("").opaque;
    for (const auto& [path, target] : tree_.links())
        ends.links.push_back({path, target});
    for (const auto& path : whiteouts_) {
        const auto found = folders.find(fetcher::parent_of(path));
        if (found == folders.end() || found->first.empty() || is_covered(path) ||
            !is_open(found->first, found->second))
            continue;
        const auto place = TRY(tree_.find_place(path, Tree::For::Whiteout));
        if (!place)
            continue;
        const auto there = TRY(tree_.look_at(*place));
        if (there && fetcher::is_whiteout(*there))
            ends.whiteouts.push_back(path);
    }
    return {};
}

Result<> Layer::finish_folder(const sys::Fd& folder, const std::string& path,
                              const Tree::Folder& record) const
{
    if (path.empty())
        return {};
    // Where there are no attributes no overlay reads them.
    if (hiding_.contains(path) && ::fsetxattr(folder.get(), kHasWhiteouts, "", 0, 0) < 0 &&
        errno != ENOTSUP)
        return failed_sys("mark /{} by {}", path, kHasWhiteouts);
    if (!record.fresh && !record.opaque)
        return {};
    if (::fsetxattr(folder.get(), kOpaque, "y", 1, 0) < 0)
        return failed_sys("make /{} opaque by {}", path, kOpaque);
    return {};
}

Result<> Layer::finish()
{
    TRY(tree_.finish_links());
    TRY(prune());
    TRY(find_open_ends());
    TRY(tree_.finish_folders(
        [this](const sys::Fd& folder, const std::string& path, const Tree::Folder& record) {
            return finish_folder(folder, path, record);
        }));
    if (!left_out_.empty()) {
        std::string names;
        for (const auto& name : left_out_)
            names += (names.empty() ? "" : ", ") + name;
        applied_.notices.push_back(format("attributes were left out: {}", names));
    }
    if (tree_.lost_xattrs())
        applied_.notices.emplace_back("attributes were lost: this file system has none");
    return {};
}

Result<Applied> apply_layer(int tar, sys::Fd root, const fetcher::Limits& limits)
{
    return Layer(std::move(root), limits).read(tar);
}

}  // namespace image
