// Where in a tree an entry goes: what lies on the way there, and what is in its place.

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vector>

#include "fetcher/entry_path.hpp"
#include "fetcher/tree.hpp"
#include "fetcher/tree_open.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace fetcher {

static constexpr int kLinksMost = 40;  // as the kernel's

sys::Fd open_below(const sys::Fd& root, std::string_view path, int flags, Symlinks symlinks)
{
    open_how how = {};
    how.flags = static_cast<__u64>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    if (symlinks == Symlinks::Refuse)
        how.resolve |= RESOLVE_NO_SYMLINKS;
    const std::string name(path.empty() ? "." : path);
    // EAGAIN: something was renamed meanwhile, so that ".." could not be proven to stay inside.
    long fd;
    for (int tries = 0; tries < 100; ++tries) {
        fd = ::syscall(SYS_openat2, root.get(), name.c_str(), &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
            break;
    }
    return sys::Fd(static_cast<int>(fd));
}

// The way to a folder, component by component: symlinks become what they say, what is missing is
// made, and what is no folder makes way, or ends the walk.
class Tree::Walk {
public:
    Walk(Tree& tree, For what) : tree_(tree), what_(what) {}

    Result<bool> go(std::string_view path)  // false: there can be nothing to hide
    {
        push(path);
        TRY(begin_at_root());
        while (!left_.empty()) {
            const std::string name = std::move(left_.back());
            left_.pop_back();
            const bool inside = TRY(name == ".." ? go_up() : enter(name));
            if (!inside)
                return false;
        }
        return true;
    }

    Parent here = {};

private:
    void push(std::string_view path)
    {
        const auto at = static_cast<std::ptrdiff_t>(left_.size());
        while (!path.empty()) {
            const std::string_view name = path.substr(0, path.find('/'));
            path.remove_prefix(std::min(name.size() + 1, path.size()));
            if (!name.empty() && name != ".")
                left_.insert(left_.begin() + at, std::string(name));
        }
    }

    Result<> begin_at_root()
    {
        here.fd = TRY(sys::open_at(tree_.root_.get(), ".", O_PATH | O_DIRECTORY));
        here.path.clear();
        return {};
    }

    Result<bool> go_up()
    {
        here.path = parent_of(here.path);
        here.fd = open_below(tree_.root_, here.path, O_PATH | O_DIRECTORY, Symlinks::Refuse);
        if (!here.fd)
            return failed_sys("open /{}", here.path);
        return true;
    }

    Result<bool> enter(const std::string& name)
    {
        const Place place{.parent = &here.fd,
                          .name = name,
                          .path = here.path.empty() ? name : here.path + "/" + name};
        const auto found = TRY(tree_.look_at(place));
        if (found && S_ISLNK(found->st_mode)) {
            TRY(follow(name));
            return true;
        }
        if (found && !S_ISDIR(found->st_mode)) {
            if (what_ == For::Whiteout)
                return false;
            TRY(tree_.remove(place));
        }
        if (!found || !S_ISDIR(found->st_mode))
            TRY(make(place, found.has_value()));
        sys::Fd fd = TRY(sys::open_at(here.fd.get(), name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        here = Parent{.fd = std::move(fd), .path = place.path};
        return true;
    }

    Result<> make(const Place& place, bool in_place_of_something)
    {
        if (::mkdirat(place.parent->get(), place.name.c_str(), 0755) < 0)
            return failed_sys("make the folder /{}", place.path);
        if (!tree_.links_.empty())
            tree_.links_.erase(place.path);
        tree_.folders_[place.path] =
            Folder{.described = in_place_of_something, .fresh = in_place_of_something};
        return {};
    }

    Result<> follow(const std::string& name)
    {
        if (++links_ > kLinksMost) {
            errno = ELOOP;
            return failed_sys("follow /{}/{}", here.path, name);
        }
        char target[PATH_MAX];
        const ssize_t size = ::readlinkat(here.fd.get(), name.c_str(), target, sizeof target);
        if (size <= 0)
            return failed_sys("read the symlink /{}/{}", here.path, name);
        push({target, static_cast<std::size_t>(size)});
        if (target[0] == '/')
            TRY(begin_at_root());
        return {};
    }

    Tree& tree_;
    For what_;
    std::vector<std::string> left_ = {};  // the next one is the last
    int links_ = 0;
};

Result<const Tree::Parent*> Tree::find_parent(std::string_view folder, For what)
{
    const bool again = known_ && asked_ == folder;
    if (!again) {
        known_ = false;
        Parent parent{.fd = open_below(root_, folder, O_PATH | O_DIRECTORY, Symlinks::Refuse),
                      .path = std::string(folder)};
        if (!parent.fd) {
            // Missing, no folder, or behind a symlink: step by step, then.
            if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
                return failed_sys("open /{}", folder);
            Walk walk(*this, what);
            const bool there = TRY(walk.go(folder));
            if (!there)
                return nullptr;
            parent = std::move(walk.here);
        }
        parent_ = std::move(parent);
        asked_ = folder;
        known_ = true;
        marked_ = false;
    }
    if (what == For::Entry && !marked_) {
        mark_needed(parent_.path);
        marked_ = true;
    }
    return &parent_;
}

void Tree::mark_needed(std::string_view folder)
{
    for (;; folder = fetcher::parent_of(folder)) {
        const auto found = folders_.find(folder);
        if (found != folders_.end() && std::exchange(found->second.needed, true))
            return;
        if (folder.empty())
            return;
    }
}

Result<std::optional<Tree::Place>> Tree::find_place(const std::string& path, For what)
{
    const Parent* parent = TRY(find_parent(fetcher::parent_of(path), what));
    if (!parent)
        return std::nullopt;
    Place place{.parent = &parent->fd, .name = std::string(name_of(path))};
    place.path = parent->path.empty() ? place.name : parent->path + "/" + place.name;
    return place;
}

Result<std::optional<struct stat>> Tree::look_at(const Place& place) const
{
    struct stat status = {};
    if (::fstatat(place.parent->get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
        return status;
    if (errno == ENOENT)
        return std::nullopt;
    return failed_sys("look at /{}", place.path);
}

Result<> Tree::remove(const Place& place)
{
    known_ = false;
    forget(place.path);
    return sys::remove_tree(*place.parent, place.name);
}

void Tree::forget(const std::string& path)
{
    const auto erase = [&path](auto& records) {
        records.erase(path);
        // Bytes in their order: all that begins with "path/" comes before "path0".
        records.erase(records.lower_bound(path + '/'), records.lower_bound(path + '0'));
    };
    erase(folders_);
    erase(links_);
}

}  // namespace fetcher
