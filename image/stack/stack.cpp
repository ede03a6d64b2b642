#include "image/stack/stack.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "image/stack/layer_folder.hpp"
#include "sys/file.hpp"

namespace image {

static constexpr int kLinksMost = 40;  // as the kernel's

void Stack::keep_uppermost(unsigned count)
{
    folders_.erase(folders_.begin(), folders_.end() - static_cast<std::ptrdiff_t>(count));
}

Result<Entry> Stack::root(Layers layers) const
{
    Entry entry;
    for (unsigned layer = std::min(layers.end, size()); layer-- > layers.begin;)
        entry.layers.push_back(layer);
    if (!entry.layers.empty() && ::fstat(folder(entry.layers[0]).get(), &entry.status) < 0)
        return failed_sys("look at the root of a layer");
    return entry;
}

// Nothing where the layer has no such entry.
static Result<sys::Fd> open_if_there(const sys::Fd& layer, const std::string& path)
{
    auto fd = open_within(layer, path, O_PATH);
    if (!fd && fd.error().code == ENOENT)
        return sys::Fd();
    return fd;
}

Result<std::optional<Entry>> Stack::step(const Entry& folder, std::string_view name) const
{
    std::optional<Entry> found;
    const std::string path = path_in(folder.path, name);
    for (const unsigned layer : folder.layers) {
        const sys::Fd object = TRY(open_if_there(folders_[layer], path));
        if (!object)
            continue;
        struct stat status = {};
        if (::fstat(object.get(), &status) < 0)
            return failed_sys("look at {}", path);
        const bool is_folder = S_ISDIR(status.st_mode);
        if (is_whiteout(status) || (found && !is_folder))
            break;
        if (!found)
            found = Entry{.path = path, .layers = {}, .status = status};
        found->layers.push_back(layer);
        if (!is_folder || layer == folder.layers.back())
            break;
        const sys::Fd opened = TRY(sys::open_at(object.get(), ".", O_RDONLY | O_DIRECTORY));
        const bool hides_the_rest = TRY_TO(is_opaque(opened), "look at {}", path);
        if (hides_the_rest)
            break;
    }
    return found;
}

// A walk from the root: the folders that were entered, and below them what is not there.
struct Stack::Walk {
    std::vector<Entry> entered;
    std::vector<std::string> missing = {};
    bool went_astray = false;  // by a ".." out of what is no folder

    const Entry& at() const { return entered.back(); }
    void leave()
    {
        if (!missing.empty()) {
            missing.pop_back();
            went_astray = true;
        } else if (entered.size() > 1) {
            went_astray |= !at().is_folder();
            entered.pop_back();
        }
    }
    std::string path() const
    {
        std::string path = at().path;
        for (const auto& name : missing)
            path = path_in(path, name);
        return path;
    }
};

// Puts the components of `path` on top of what is left to walk, the first one last.
static void push_components(std::vector<std::string>& left, std::string_view path)
{
    const auto old = static_cast<std::ptrdiff_t>(left.size());
    while (!path.empty()) {
        const std::string_view name = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(name.size() + 1, path.size()));
        if (!name.empty() && name != ".")
            left.emplace_back(name);
    }
    std::reverse(left.begin() + old, left.end());
}

Result<Stack::Walk> Stack::walk(std::string_view path, Follow last, Layers layers) const
{
    Entry root_entry = TRY(root(layers));
    Walk walk = {.entered = {std::move(root_entry)}};
    std::vector<std::string> left;
    push_components(left, path);
    for (int links = 0; !left.empty();) {
        const std::string name = std::move(left.back());
        left.pop_back();
        if (name == "..") {
            walk.leave();
            continue;
        }
        std::optional<Entry> next;
        if (walk.missing.empty() && walk.at().is_folder())
            next = TRY(step(walk.at(), name));
        if (!next) {
            walk.missing.push_back(name);
            continue;
        }
        if (!next->is_symlink() || (left.empty() && last == Follow::No)) {
            walk.entered.push_back(std::move(*next));
            continue;
        }
        if (++links > kLinksMost) {
            errno = ELOOP;
            return failed_sys("follow {}", path);
        }
        const std::string target = TRY(target_of(*next));
        if (target.starts_with('/')) {
            walk.entered.resize(1);
            walk.missing.clear();
        }
        push_components(left, target);
    }
    return walk;
}

Result<std::optional<Entry>> Stack::lookup(std::string_view path, Follow last, Layers layers) const
{
    Walk walk = TRY(this->walk(path, last, layers));
    if (!walk.missing.empty() || walk.went_astray)
        return std::nullopt;
    return std::move(walk.entered.back());
}

Result<std::string> Stack::destination(std::string_view path, Layers layers) const
{
    const Walk walk = TRY(this->walk(path, Follow::Yes, layers));
    return walk.path();
}

Result<std::optional<std::vector<std::string>>> Stack::list(std::string_view path) const
{
    const auto folder = TRY(lookup(path, Follow::Yes));
    if (!folder || !folder->is_folder())
        return std::nullopt;
    std::map<std::string, unsigned char> seen;  // what the uppermost layer says of a name
    for (const unsigned layer : folder->layers) {
        const auto part = TRY(open_within(folders_[layer], folder->path, O_RDONLY | O_DIRECTORY));
        auto names = TRY_TO(typed_names_in(part), "{}", path);
        for (auto& [name, type] : names)
            seen.try_emplace(std::move(name), type);
    }
    std::vector<std::string> shown;
    for (const auto& [name, type] : seen)
        if (type != DT_WHT)
            shown.push_back(name);
    return shown;
}

Result<sys::Fd> Stack::open(const Entry& entry, int flags) const
{
    return open_within(folders_[entry.layers.front()], entry.path, flags);
}

Result<std::string> Stack::target_of(const Entry& symlink) const
{
    const sys::Fd link = TRY(open(symlink, O_PATH));
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(link.get(), "", target, sizeof target);
    if (size < 0)
        return failed_sys("read the symlink {}", symlink.path);
    return std::string(target, static_cast<std::size_t>(size));
}

}  // namespace image
