// Layers as folders, written by hand, mended and stacked; and what stacks, folders and models show,
// in words that can be compared.
#pragma once

#include <criterion/criterion.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstdlib>

#include "image/stack/fix.hpp"
#include "image/stack/layer_folder.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "tests/image/layer_model.hpp"

namespace model {

inline timespec time_of(const Item& item)
{
    return {.tv_sec = item.modified, .tv_nsec = 0};
}

inline sys::Fd make_folder(const sys::Fd& in, const std::string& name)
{
    cr_assert_eq(::mkdirat(in.get(), name.c_str(), 0755), 0, "%s", name.c_str());
    return sys::Fd(::openat(in.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// Writes a layer's folder as an overlay wants it, and what is open about it.
class Writer {
public:
    Writer(const sys::Fd& root, const Items& items) : root_(root)
    {
        std::copy_if(items.begin(), items.end(), std::back_inserter(items_),
                     [&](const Item& item) { return !is_hidden_anyway(item, items); });
    }

    image::OpenEnds write()
    {
        for (const auto& item : items_)
            for (std::string path = item.path; !path.empty(); path = parent(path))
                folders_.insert(parent(path));
        for (const auto& item : items_)
            if (item.kind == Kind::Folder || item.kind == Kind::Opaque)
                folders_.insert(item.path);
        for (const auto& path : folders_) {
            if (!path.empty())
                ::mkdirat(root_.get(), path.c_str(), 0755);
            if (!has(path, Kind::Folder))
                ends_.implicit.push_back(path);
        }
        for (const auto& item : items_)
            write(item);
        for (const auto& item : items_)
            if (item.kind == Kind::Link)
                link(item);
        for (auto path = folders_.rbegin(); path != folders_.rend(); ++path)
            finish(*path);
        return std::move(ends_);
    }

private:
    // By a whiteout of what is around it.
    static bool is_hidden_anyway(const Item& item, const Items& items)
    {
        return (item.kind == Kind::Whiteout || item.kind == Kind::Opaque) &&
               std::any_of(items.begin(), items.end(), [&](const Item& other) {
                   return other.kind == Kind::Whiteout &&
                          (is_within(item.path, other.path) ||
                           (item.path == other.path && item.kind == Kind::Opaque));
               });
    }

    bool has(const std::string& path, Kind kind) const
    {
        return std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
            return item.path == path && item.kind == kind;
        });
    }
    bool makes(const std::string& path) const
    {
        return std::any_of(items_.begin(), items_.end(), [&](const Item& item) {
            return item.path == path && item.kind != Kind::Whiteout && item.kind != Kind::Opaque;
        });
    }
    sys::Fd open(const std::string& path) const
    {
        const char* name = path.empty() ? "." : path.c_str();
        return sys::Fd(::openat(root_.get(), name, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
    void mark(const std::string& folder, const char* name, const char* value) const
    {
        cr_assert_eq(
            ::fsetxattr(open(folder).get(), name, value, std::string_view(value).size(), 0), 0);
    }

    void write(const Item& item)
    {
        const char* path = item.path.c_str();
        switch (item.kind) {
            case Kind::File: {
                const sys::Fd file(
                    ::openat(root_.get(), path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
                cr_assert(sys::write_all(file.get(), item.text));
                break;
            }
            case Kind::Symlink:
                cr_assert_eq(::symlinkat(item.text.c_str(), root_.get(), path), 0);
                break;
            case Kind::Fifo:
                cr_assert_eq(::mknodat(root_.get(), path, S_IFIFO | 0600, 0), 0);
                break;
            case Kind::Device:
                cr_assert_eq(::mknodat(root_.get(), path, S_IFCHR | 0600, makedev(1, 3)), 0);
                break;
            case Kind::Opaque:
                if (item.path.empty())
                    ends_.opaque_root = true;
                else
                    mark(item.path, image::kOpaque, "y");
                return;
            case Kind::Whiteout:
                whiteout(item);
                return;
            case Kind::Folder:
            case Kind::Link:
                return;
        }
        dress(item);
    }

    // What the layer has itself stays.
    void whiteout(const Item& item)
    {
        if (folders_.contains(item.path)) {
            mark(item.path, image::kOpaque, "y");
        } else if (!makes(item.path)) {
            cr_assert_eq(::mknodat(root_.get(), item.path.c_str(), S_IFCHR, 0), 0);
            mark(parent(item.path), image::kHasWhiteouts, "");
            if (!has(parent(item.path), Kind::Folder))
                ends_.whiteouts.push_back(item.path);
        }
    }

    void link(const Item& item)
    {
        if (makes(item.text) && !has(item.text, Kind::Folder) && !has(item.text, Kind::Link))
            cr_assert_eq(
                ::linkat(root_.get(), item.text.c_str(), root_.get(), item.path.c_str(), 0), 0);
        else
            ends_.links.push_back({.path = item.path, .target = item.text});
    }

    void dress(const Item& item) const
    {
        const char* path = item.path.empty() ? "." : item.path.c_str();
        cr_assert_eq(::fchownat(root_.get(), path, item.uid, item.gid, AT_SYMLINK_NOFOLLOW), 0);
        if (item.kind != Kind::Symlink)
            cr_assert_eq(::fchmodat(root_.get(), path, item.mode, 0), 0);
        if (!item.xattr.empty())
            mark(item.path, "user.test", item.xattr.c_str());
        const timespec times[2] = {time_of(item), time_of(item)};
        cr_assert_eq(::utimensat(root_.get(), path, times, AT_SYMLINK_NOFOLLOW), 0);
    }

    void finish(const std::string& folder) const
    {
        for (const auto& item : items_)
            if (item.path == folder && item.kind == Kind::Folder)
                return dress(item);
        dress({.kind = Kind::Folder, .path = folder});
    }

    const sys::Fd& root_;
    Items items_ = {};
    std::set<std::string> folders_ = {};
    image::OpenEnds ends_ = {};
};

inline Result<image::OpenEnds> write_by_hand(const sys::Fd& root, const Items& items)
{
    return Writer(root, items).write();
}

// A chain of layers in a temporary folder, each with its fix if it needs one.
struct Chain {
    using Write = Result<image::OpenEnds> (*)(const sys::Fd& root, const Items& items);

    explicit Chain(Write how = write_by_hand) : write(how)
    {
        cr_assert(::mkdtemp(path));
        here = sys::Fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    ~Chain()
    {
        const sys::Fd tmp(::open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        sys::remove_tree(tmp, path + 5);
    }
    Chain(const Chain&) = delete;

    Result<image::Fix> try_add(const Items& items)
    {
        sys::Fd layer = make_folder(here, format("layer{}", layers));
        const sys::Fd fix_folder = make_folder(here, format("fix{}", layers++));
        const image::OpenEnds ends = TRY(write(layer, items));
        stack.push(std::move(layer));
        const image::Fix fix = TRY(image::mend(stack, ends, fix_folder));
        if (fix.hides_all)
            stack.keep_uppermost(1);
        if (fix.needed)
            stack.push(sys::Fd(::fcntl(fix_folder.get(), F_DUPFD_CLOEXEC, 3)));
        return fix;
    }
    image::Fix add(const Items& items)
    {
        const auto fix = try_add(items);
        cr_assert(fix, "%s", fix ? "" : fix.error().message().c_str());
        return *fix;
    }

    Write write;
    char path[32] = "/tmp/davit-stack.XXXXXX";
    sys::Fd here = {};
    image::Stack stack = {};
    unsigned layers = 0;
};

}  // namespace model
