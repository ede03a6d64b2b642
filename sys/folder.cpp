#include "sys/folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>

#include "sys/file.hpp"

namespace sys {

// Each level holds a descriptor open.
static constexpr int kDepthMost = 32;

Result<> make_folders(const std::string& path)
{
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST)
        return {};
    const auto slash = path.find_last_of('/');
    if (errno != ENOENT || slash == 0 || slash == path.npos)
        return failed_sys("make folder {}", path);
    TRY(make_folders(path.substr(0, slash)));
    if (::mkdir(path.c_str(), 0700) < 0 && errno != EEXIST)
        return failed_sys("make folder {}", path);
    return {};
}

Result<std::vector<std::string>> names_in(const Fd& folder)
{
    const int copy = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 3);
    const std::unique_ptr<DIR, int (*)(DIR*)> dir(copy < 0 ? nullptr : ::fdopendir(copy),
                                                  ::closedir);
    if (!dir)
        return failed_sys("list a folder");
    ::rewinddir(dir.get());
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(dir.get()))
        if (const std::string_view name = entry->d_name; name != "." && name != "..")
            names.emplace_back(name);
    return names;
}

namespace {

// A tree that is being removed, by its uppermost folder. What lies too deep is moved up there.
class Removal {
public:
    explicit Removal(const Fd& top) : top_(top) {}

    Result<> empty(const Fd& folder, int depth)
    {
        const auto names = TRY(names_in(folder));
        for (const auto& name : names)
            TRY_TO(remove(folder, name, depth), "remove {}", name);
        return {};
    }

private:
    Result<> remove(const Fd& folder, const std::string& name, int depth)
    {
        if (::unlinkat(folder.get(), name.c_str(), 0) == 0 || errno == ENOENT)
            return {};
        if (errno != EISDIR && errno != EPERM)
            return failed_sys("unlink");
        if (::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) == 0)
            return {};
        if (errno != ENOTEMPTY && errno != EEXIST)
            return failed_sys("unlink");
        if (depth == kDepthMost)
            return move_up(folder, name);
        const Fd child = TRY(open_at(folder.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
        TRY(empty(child, depth + 1));
        if (::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT)
            return failed_sys("unlink");
        return {};
    }

    Result<> move_up(const Fd& folder, const std::string& name)
    {
        for (;;) {
            const std::string moved = format(".deep.{}", moved_++);
            if (::renameat2(folder.get(), name.c_str(), top_.get(), moved.c_str(),
                            RENAME_NOREPLACE) == 0)
                return {};
            if (errno != EEXIST)
                return failed_sys("move up");
        }
    }

    const Fd& top_;
    unsigned long moved_ = 0;
};

}  // namespace

Result<> remove_tree(const Fd& directory, const std::string& name)
{
    if (::unlinkat(directory.get(), name.c_str(), 0) == 0 || errno == ENOENT)
        return {};
    if (errno != EISDIR && errno != EPERM)
        return failed_sys("remove {}", name);
    const Fd top = TRY(open_at(directory.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    Removal removal(top);
    for (;;) {
        TRY_TO(removal.empty(top, 0), "remove {}", name);
        if (::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
            return {};
        if (errno != ENOTEMPTY && errno != EEXIST)  // else something was moved up
            return failed_sys("remove {}", name);
    }
}

}  // namespace sys
