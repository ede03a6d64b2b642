// What a stack, a folder or a model shows: a line for each path, equal where they are.
#pragma once

#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include <functional>
#include <map>
#include <string>

#include "image/stack/flatten.hpp"
#include "image/stack/overlay.hpp"
#include "tests/image/layer_chain.hpp"

namespace model {

using Shown = std::map<std::string, std::string>;

// Names of one file are told by the first of them.
inline std::string line(mode_t mode, unsigned uid, unsigned gid, timespec modified,
                        const std::string& xattr, const std::string& text, const std::string& first)
{
    return format("{:o} {}:{} {}.{} [{}] {} ={}", mode, uid, gid, modified.tv_sec, modified.tv_nsec,
                  xattr, text, first);
}

inline Shown shown(const Tree& tree)
{
    Shown lines;
    std::map<const Item*, std::string> first;
    for (const auto& [path, item] : tree) {
        constexpr mode_t types[] = {S_IFDIR, S_IFREG, S_IFLNK, S_IFIFO, S_IFCHR};
        const mode_t type = types[static_cast<int>(item->kind)];
        const mode_t mode = type == S_IFLNK ? 0777 : item->mode;
        lines[path] = line(type | mode, item->uid, item->gid, time_of(*item), item->xattr,
                           item->kind == Kind::Device ? "1:3" : item->text,
                           first.try_emplace(item.get(), path).first->second);
    }
    return lines;
}

class Looker {
public:
    // `object` is what is at the path, open with O_PATH.
    void look(const std::string& path, const sys::Fd& object)
    {
        struct stat status = {};
        cr_assert_eq(::fstat(object.get(), &status), 0);
        const auto first = first_.try_emplace({status.st_dev, status.st_ino}, path).first->second;
        const std::string self = format("/proc/self/fd/{}", object.get());
        std::string text;
        char buffer[4096] = {};
        if (S_ISLNK(status.st_mode) &&
            ::readlinkat(object.get(), "", buffer, sizeof buffer - 1) >= 0)
            text = buffer;
        if (S_ISREG(status.st_mode))
            text = *sys::read_file(AT_FDCWD, self, 1 << 20);
        if (S_ISCHR(status.st_mode))
            text = format("{}:{}", major(status.st_rdev), minor(status.st_rdev));
        std::string xattr;
        if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) {
            const ssize_t size = ::getxattr(self.c_str(), "user.test", buffer, sizeof buffer);
            xattr.assign(buffer, size > 0 ? static_cast<std::size_t>(size) : 0);
        }
        lines[path] =
            line(status.st_mode, status.st_uid, status.st_gid, status.st_mtim, xattr, text, first);
    }

    Shown lines = {};

private:
    std::map<std::pair<dev_t, ino_t>, std::string> first_ = {};
};

inline Shown shown(const image::Stack& stack)
{
    Looker looker;
    const std::function<void(const std::string&)> walk = [&](const std::string& path) {
        const auto entry = stack.lookup(path, image::Follow::No);
        cr_assert(entry && *entry, "%s is listed and not there", path.c_str());
        looker.look(path, *stack.open(**entry, O_PATH));
        if (!(*entry)->is_folder())
            return;
        const auto names = stack.list(path);
        cr_assert(names && *names);
        for (const auto& name : **names)
            walk(in(path, name));
    };
    walk("");
    return std::move(looker.lines);
}

inline Shown shown(const sys::Fd& folder)
{
    Looker looker;
    const std::function<void(const std::string&)> walk = [&](const std::string& path) {
        const sys::Fd object(::openat(folder.get(), path.empty() ? "." : path.c_str(),
                                      O_PATH | O_NOFOLLOW | O_CLOEXEC));
        cr_assert(object, "%s is listed and not there", path.c_str());
        looker.look(path, object);
        const sys::Fd open(::openat(object.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!open)
            return;
        auto names = *sys::names_in(open);
        std::sort(names.begin(), names.end());
        for (const auto& name : names)
            walk(in(path, name));
    };
    walk("");
    return std::move(looker.lines);
}

// The same by way of a flat copy, and of a mount where overlays can be mounted at all.
inline Shown flattened(const Chain& chain)
{
    const sys::Fd flat = make_folder(chain.here, "flat");
    const auto done = image::flatten(chain.stack, flat);
    cr_assert(done, "%s", done ? "" : done.error().message().c_str());
    return shown(flat);
}

inline Shown mounted(const Chain& chain)
{
    const sys::Fd upper = make_folder(chain.here, "upper");
    const sys::Fd work = make_folder(chain.here, "work");
    cr_assert(image::dress_upper(chain.stack, upper));
    const image::Upper writes = {.folder = upper, .work = work};
    const bool read_only = chain.stack.size() > 1 && chain.layers % 2 == 0;
    const auto done = image::mount_overlay(chain.stack, read_only ? nullptr : &writes,
                                           make_folder(chain.here, "on"), "on");
    cr_assert(done, "%s", done ? "" : done.error().message().c_str());
    const sys::Fd on(::openat(chain.here.get(), "on", O_PATH | O_DIRECTORY | O_CLOEXEC));
    auto lines = shown(on);
    cr_assert_eq(::umount2(format("/proc/self/fd/{}", on.get()).c_str(), MNT_DETACH), 0);
    return lines;
}

inline bool can_mount()
{
    const Chain chain;
    return image::try_overlay(chain.here).has_value();
}

// What differs, for a person to read.
inline std::string difference(const Shown& one, const Shown& other)
{
    std::string text;
    for (const auto& [path, line] : one)
        if (const auto at = other.find(path); at == other.end() || at->second != line)
            text += format("\n  - /{}  {}", path, line);
    for (const auto& [path, line] : other)
        if (const auto at = one.find(path); at == one.end() || at->second != line)
            text += format("\n  + /{}  {}", path, line);
    return text;
}

}  // namespace model
