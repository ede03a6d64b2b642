#include "image/stack/fix_folder.hpp"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "image/stack/layer_folder.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace image {

// Whiteouts that are in it already hide nothing any more; that they are not listed needs another
// word (see kHasWhiteouts).
static Result<> make_opaque(const sys::Fd& folder, const std::string& path)
{
    if (::fsetxattr(folder.get(), kOpaque, "y", 1, 0) < 0 ||
        ::fsetxattr(folder.get(), kHasWhiteouts, "", 0, 0) < 0)
        return failed_sys("make {} opaque", path);
    return {};
}

// The folder at `path`, made where it is not there.
Result<sys::Fd> FixFolder::enter(const std::string& path)
{
    sys::Fd at = TRY(sys::open_at(into_.get(), ".", O_RDONLY | O_DIRECTORY));
    if (!folders_.contains("")) {
        const Entry root = TRY(view_.root({.begin = shown_.begin, .end = view_.size() - 1}));
        const sys::Fd shown = TRY(view_.open(root, O_RDONLY));
        folders_[""] = TRY(attributes_of(shown));
    }
    for (std::size_t end = 0; end < path.size();) {
        end = std::min(path.find('/', end + 1), path.size());
        at = TRY(enter(at, path.substr(0, end)));
    }
    return at;
}

Result<sys::Fd> FixFolder::enter(const sys::Fd& parent, const std::string& path)
{
    const std::string name = last_of(path);
    if (folders_.contains(path))
        return sys::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);

    Attributes attributes;
    const auto found = TRY(view_.lookup(path, Follow::No, shown_));
    if (found && found->is_folder()) {
        const sys::Fd shown = TRY(view_.open(*found, O_RDONLY));
        attributes = TRY(attributes_of(shown));
    }
    const bool gave_way = ::unlinkat(parent.get(), name.c_str(), 0) == 0;
    if (::mkdirat(parent.get(), name.c_str(), 0700) < 0)
        return failed_sys("make folder {}", path);
    folders_[path] = attributes;
    sys::Fd made = TRY(sys::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    // What gave way has hidden what is below, and so does the new folder.
    if (gave_way)
        TRY(make_opaque(made, path));
    return made;
}

// The folder where `path` is to be made, and where nothing has that name any more.
Result<sys::Fd> FixFolder::make_way(const std::string& path)
{
    sys::Fd parent = TRY(enter(parent_of(path)));
    TRY(sys::remove_tree(parent, last_of(path)));
    folders_.erase(path);
    folders_.erase(folders_.lower_bound(path + "/"), folders_.lower_bound(path + "0"));  // '/' + 1
    return parent;
}

Result<> FixFolder::place(const std::string& path, const sys::Fd& from,
                          const std::string& from_name, unsigned char type)
{
    const sys::Fd parent = TRY(make_way(path));
    const std::string name = last_of(path);
    return copier_.copy({.from = from,
                         .from_name = from_name,
                         .type = type,
                         .to = parent,
                         .name = name,
                         .path = path});
}

Result<> FixFolder::whiteout(const std::string& path)
{
    const sys::Fd parent = TRY(make_way(path));
    if (::mknodat(parent.get(), last_of(path).c_str(), S_IFCHR, 0) < 0)
        return failed_sys("make a whiteout for {}", path);
    return {};
}

Result<> FixFolder::folder(const std::string& path, const Attributes& attributes)
{
    TRY(enter(path));
    folders_[path] = attributes;
    return {};
}

Result<> FixFolder::opaque(const std::string& path)
{
    const sys::Fd folder = TRY(enter(path));
    return make_opaque(folder, path);
}

Result<> FixFolder::remove(const std::string& path)
{
    TRY(make_way(path));
    return {};
}

Result<bool> FixFolder::has(const std::string& path) const
{
    const auto found = open_within(into_, path, O_PATH);
    if (!found && found.error().code != ENOENT && found.error().code != ENOTDIR)
        return std::unexpected(found.error());
    return found.has_value();
}

Result<> FixFolder::finish() const
{
    for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
        const auto& [path, attributes] = *folder;
        const sys::Fd open = TRY(open_within(into_, path, O_RDONLY | O_DIRECTORY));
        TRY_TO(set_attributes(open, attributes), "finish {}", path);
    }
    return {};
}

}  // namespace image
