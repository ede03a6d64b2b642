#include "image/stack/flatten.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <unordered_map>

#include "image/stack/attributes.hpp"
#include "image/stack/copy.hpp"
#include "image/stack/layer_folder.hpp"

namespace image {

namespace {

// A folder in the layers that may merge there, uppermost first. One of them may turn out to be
// opaque.
struct Folder {
    std::string path;
    std::vector<unsigned> layers;
};

// What the layers that were looked at so far say of a name.
struct Seen {
    unsigned char type;
    bool closed;  // what lies below is not shown
    std::vector<unsigned> layers;
};

// Walks the folders of a stack, each layer's once, and each entry that is shown once. Folders are
// reached from the root by their path, so that neither depth nor width holds descriptors open.
class Flattening {
public:
    Flattening(const Stack& stack, const sys::Fd& into)
        : stack_(stack), into_(into), copier_(into, Share::Never)
    {
    }

    Result<> run()
    {
        const Entry root = TRY(stack_.root());
        if (::fchmod(into_.get(), 0700) < 0)
            return failed_sys("make it ours alone");
        pending_.push_back({.path = "", .layers = root.layers});
        while (!pending_.empty()) {
            const Folder folder = std::move(pending_.back());
            pending_.pop_back();
            TRY(copy_folder(folder));
        }
        for (auto made = made_.rbegin(); made != made_.rend(); ++made)
            TRY_TO(finish(made->first, made->second), "finish {}", made->first);
        return {};
    }

private:
    Result<> copy_folder(const Folder& folder)
    {
        const sys::Fd to = TRY(open_within(into_, folder.path, O_RDONLY | O_DIRECTORY));
        std::unordered_map<std::string, Seen> seen;
        for (const unsigned layer : folder.layers) {
            const sys::Fd from =
                TRY(open_within(stack_.folder(layer), folder.path, O_RDONLY | O_DIRECTORY));
            if (layer == folder.layers.front())
                TRY_TO(take_attributes(from, to, folder.path), "copy {}", folder.path);
            TRY(copy_names(folder, layer, from, to, seen));
            if (layer == folder.layers.back() || folder.path.empty())
                continue;
            const bool hides_the_rest = TRY_TO(is_opaque(from), "look at {}", folder.path);
            if (hides_the_rest)
                break;
        }
        for (auto& [name, found] : seen) {
            if (found.type != DT_DIR)
                continue;
            if (::mkdirat(to.get(), name.c_str(), 0700) < 0)
                return failed_sys("make folder {}", path_in(folder.path, name));
            pending_.push_back(
                {.path = path_in(folder.path, name), .layers = std::move(found.layers)});
        }
        return {};
    }

    // Of what one layer has in a folder: copies what no layer above has or hides, and notes the
    // folders.
    Result<> copy_names(const Folder& folder, unsigned layer, const sys::Fd& from,
                        const sys::Fd& to, std::unordered_map<std::string, Seen>& seen)
    {
        const auto names = TRY_TO(typed_names_in(from), "{}", folder.path);
        for (const auto& [name, type] : names) {
            const bool is_folder = type == DT_DIR;
            // One layer alone has no name twice.
            if (folder.layers.size() > 1 || is_folder) {
                const auto [at, is_new] = seen.try_emplace(name, Seen{type, !is_folder, {}});
                at->second.closed |= !is_folder;
                if (!at->second.closed)
                    at->second.layers.push_back(layer);
                if (!is_new)
                    continue;
            }
            if (is_folder || type == DT_WHT)
                continue;
            const std::string path = path_in(folder.path, name);
            TRY(copier_.copy({.from = from,
                              .from_name = name,
                              .type = type,
                              .to = to,
                              .name = name,
                              .path = path}));
        }
        return {};
    }

    // Owner, mode and times come last, when nothing more is made in there.
    Result<> take_attributes(const sys::Fd& from, const sys::Fd& to, const std::string& path)
    {
        struct stat status = {};
        if (::fstat(from.get(), &status) < 0)
            return failed_sys("look at it");
        TRY(copy_xattrs(from, to));
        made_.emplace_back(path, status);
        return {};
    }

    // What is at the path is a folder that we made, and so are all above it.
    Result<> finish(const std::string& path, const struct stat& status)
    {
        const char* name = path.empty() ? "." : path.c_str();
        if (::fchownat(into_.get(), name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) < 0)
            return failed_sys("give it to {}:{}", status.st_uid, status.st_gid);
        if (::fchmodat(into_.get(), name, status.st_mode & 07777, 0) < 0)
            return failed_sys("give it mode {:o}", status.st_mode & 07777);
        const timespec times[2] = {status.st_mtim, status.st_mtim};
        if (::utimensat(into_.get(), name, times, AT_SYMLINK_NOFOLLOW) < 0)
            return failed_sys("set its times");
        return {};
    }

    const Stack& stack_;
    const sys::Fd& into_;
    Copier copier_;
    std::vector<Folder> pending_ = {};
    std::vector<std::pair<std::string, struct stat>> made_ = {};
};

}  // namespace

Result<> flatten(const Stack& stack, const sys::Fd& into)
{
    return Flattening(stack, into).run();
}

}  // namespace image
