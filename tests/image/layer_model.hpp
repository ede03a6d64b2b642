// What layers mean, in the simplest way there is: a map from paths to what is there, to which the
// entries of a layer are applied one after the other (image-spec layer.md). It judges the rest.
#pragma once

#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace model {

enum class Kind { Folder, File, Symlink, Fifo, Device, Link, Whiteout, Opaque };

// An entry of a layer. `text` is a file's content, or what a symlink or a hard link leads to.
struct Item {
    Kind kind;
    std::string path;
    std::string text = {};
    mode_t mode = 0755;
    unsigned uid = 0;
    unsigned gid = 0;
    long modified = 0;
    std::string xattr = {};  // user.test
};
using Items = std::vector<Item>;

using Tree = std::map<std::string, std::shared_ptr<Item>>;  // the root is ""

inline std::string in(const std::string& folder, const std::string& name)
{
    return folder.empty() ? name : folder + "/" + name;
}
inline std::string parent(const std::string& path)
{
    const auto slash = path.find_last_of('/');
    return slash == path.npos ? "" : path.substr(0, slash);
}
inline std::string last(const std::string& path)
{
    return path.substr(path.find_last_of('/') + 1);
}
inline bool is_within(const std::string& path, const std::string& folder)
{
    return path != folder && (folder.empty() || path.starts_with(folder + "/"));
}

inline std::vector<std::string> components(const std::string& path)
{
    std::vector<std::string> names;
    std::string name;
    for (const char c : path + "/")
        if (c != '/')
            name += c;
        else if (!name.empty())
            names.push_back(std::exchange(name, ""));
    return names;
}

// Applies one layer. `fine` is false once something in it cannot be done.
class Applier {
public:
    explicit Applier(Tree& tree) : tree_(tree) { implicit(""); }

    bool apply(const Item& item)
    {
        if (item.kind == Kind::Whiteout || item.kind == Kind::Opaque)
            hide(item);
        else
            make(item);
        return fine_;
    }

    // A hard link whose own folders take the place of its target may fail or not.
    bool is_doubtful() const { return doubtful_; }

private:
    bool is(const std::string& path, Kind kind) const
    {
        const auto found = tree_.find(path);
        return found != tree_.end() && found->second->kind == kind;
    }

    void erase(const std::string& path)
    {
        std::erase_if(tree_, [&](const auto& entry) {
            return entry.first == path || is_within(entry.first, path);
        });
    }

    void implicit(const std::string& path)
    {
        if (is(path, Kind::Folder))
            return;
        erase(path);
        tree_[path] = std::make_shared<Item>(Item{.kind = Kind::Folder, .path = path});
    }

    // Where a path leads, symlinks at its end included. Folders that are missing are made, or, if
    // not wanted, the result is false.
    bool follow(const std::string& path, bool make, std::string& at)
    {
        auto left = components(path);
        at = "";
        for (int links = 0; !left.empty();) {
            const std::string name = left.front();
            left.erase(left.begin());
            if (name == ".." || name == ".") {
                at = name == "." ? at : parent(at);
                continue;
            }
            const std::string next = in(at, name);
            if (is(next, Kind::Symlink)) {
                if (++links > 40)
                    return fine_ = false;
                const std::string target = tree_[next]->text;
                at = target.starts_with("/") ? "" : at;
                const auto more = components(target);
                left.insert(left.begin(), more.begin(), more.end());
                continue;
            }
            at = next;
            if (is(at, Kind::Folder))
                continue;
            if (!make)
                return false;
            implicit(at);
        }
        return true;
    }

    void hide(const Item& item)
    {
        const bool opaque = item.kind == Kind::Opaque;
        std::string at;
        if (!follow(opaque ? item.path : parent(item.path), false, at))
            return;
        if (!opaque)
            at = in(at, last(item.path));
        std::erase_if(tree_, [&](const auto& entry) {
            return ((!opaque && entry.first == at) || is_within(entry.first, at)) &&
                   !ours_.contains(entry.first);
        });
    }

    // The file that a hard link names.
    std::shared_ptr<Item> target_of(const Item& link)
    {
        std::string at;
        if (!follow(parent(link.text), false, at))
            return nullptr;
        const auto found = tree_.find(in(at, last(link.text)));
        const bool is_file = found != tree_.end() && found->second->kind != Kind::Folder;
        return is_file ? found->second : nullptr;
    }

    void make(const Item& item)
    {
        const auto made = item.kind == Kind::Link ? target_of(item) : std::make_shared<Item>(item);
        std::string at;
        if (!made || !follow(parent(item.path), true, at)) {
            fine_ = false;
            return;
        }
        if (item.kind == Kind::Link)
            doubtful_ |= target_of(item) != made;
        if (!item.path.empty())
            at = in(at, last(item.path));
        if (item.kind != Kind::Folder || !is(at, Kind::Folder))
            erase(at);
        tree_[at] = made;
        for (std::string path = at; !path.empty(); path = parent(path))
            ours_.insert(path);
    }

    Tree& tree_;
    std::set<std::string> ours_ = {};  // what this layer made, and all above
    bool fine_ = true;
    bool doubtful_ = false;
};

struct Applied {
    bool fine;
    bool doubtful;
};
inline Applied apply(Tree& tree, const Items& items)
{
    Applier applier(tree);
    const bool fine = std::all_of(items.begin(), items.end(),
                                  [&](const Item& item) { return applier.apply(item); });
    return {.fine = fine, .doubtful = applier.is_doubtful()};
}

}  // namespace model
