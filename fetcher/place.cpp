#include "fetcher/place.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ranges>

#include "fetcher/entry_path.hpp"
#include "fetcher/tree_open.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace fetcher {

static constexpr const char* kNewFolder = "folder";  // in the work folder

static sys::Fd open_folder(const sys::Fd& root, std::string_view path, int flags = O_PATH)
{
    return open_below(root, path, flags | O_DIRECTORY | O_NOFOLLOW, Symlinks::Refuse);
}

static std::string below(const std::string& folder, const std::string& name)
{
    return folder.empty() ? name : format("{}/{}", folder, name);
}

Placement::~Placement()
{
    for (const auto& each : std::views::reverse(done_))
        undo(each);
}

Result<> Placement::put_file(const std::string& from, const std::string& to)
{
    TRY(make_folders(std::string(parent_of(to))));
    return move(from, to);
}

Result<> Placement::put_content(const std::string& from)
{
    return merge(from, "");
}

Result<> Placement::make_folders(const std::string& path)
{
    for (std::size_t end = 0; end < path.size();) {
        end = std::min(path.find('/', end + 1), path.size());
        TRY(make_folder(path.substr(0, end)));
    }
    return {};
}

// Made as it is to be, then moved: nobody ever sees it otherwise.
Result<> Placement::make_folder(const std::string& path)
{
    if (open_folder(sandbox_, path))
        return {};
    if (errno != ENOENT)
        return failed_sys("open the folder {}", spec::quoted(path));
    if (::mkdirat(work_.get(), kNewFolder, 0700) < 0)
        return failed_sys("make the folder {}", spec::quoted(path));
    const sys::Fd folder = TRY(sys::open_at(work_.get(), kNewFolder, O_RDONLY | O_DIRECTORY));
    if (::fchown(folder.get(), owner_.uid, owner_.gid) < 0 || ::fchmod(folder.get(), 0755) < 0)
        return failed_sys("give the folder {} to {}:{}", spec::quoted(path), owner_.uid,
                          owner_.gid);
    if (rename(kNewFolder, path, RENAME_NOREPLACE) < 0)
        return failed_sys("make the folder {}", spec::quoted(path));
    done_.push_back({Done::What::MadeFolder, "", path});
    return {};
}

int Placement::rename(const std::string& from, const std::string& to, unsigned flags) const
{
    const sys::Fd here = open_folder(work_, parent_of(from));
    const sys::Fd there = open_folder(sandbox_, parent_of(to));
    if (!here || !there)
        return -1;
    return ::renameat2(here.get(), std::string(name_of(from)).c_str(), there.get(),
                       std::string(name_of(to)).c_str(), flags);
}

Result<> Placement::move(const std::string& from, const std::string& to)
{
    if (rename(from, to, RENAME_NOREPLACE) == 0) {
        done_.push_back({Done::What::Moved, from, to});
        return {};
    }
    if (errno != EEXIST)
        return failed_sys("put {} in its place", spec::quoted(to));
    return move_over(from, to);
}

Result<> Placement::move_over(const std::string& from, const std::string& to)
{
    const bool is_folder = bool(open_folder(work_, from));
    const bool over_folder = bool(open_folder(sandbox_, to));
    if (is_folder && over_folder)
        return merge(from, to);
    if (over_folder)
        return failed("put {} in its place: a folder is there", spec::quoted(to));
    if (rename(from, to, RENAME_EXCHANGE) < 0)
        return failed_sys("replace {}", spec::quoted(to));
    done_.push_back({Done::What::Exchanged, from, to});
    return {};
}

Result<> Placement::merge(const std::string& from, const std::string& to)
{
    const sys::Fd folder = open_folder(work_, from, O_RDONLY);
    if (!folder)
        return failed_sys("open {}", spec::quoted(to));
    const auto names = TRY(sys::names_in(folder));
    for (const auto& name : names)
        TRY(move(below(from, name), below(to, name)));
    return {};
}

// What somebody else has changed meanwhile stays as it is.
void Placement::undo(const Done& done) const
{
    const sys::Fd here = open_folder(work_, parent_of(done.from));
    const sys::Fd there = open_folder(sandbox_, parent_of(done.to));
    const std::string from(name_of(done.from));
    const std::string to(name_of(done.to));
    switch (done.what) {
        case Done::What::Moved:
            (void)::renameat2(there.get(), to.c_str(), here.get(), from.c_str(), RENAME_NOREPLACE);
            return;
        case Done::What::Exchanged:
            (void)::renameat2(there.get(), to.c_str(), here.get(), from.c_str(), RENAME_EXCHANGE);
            return;
        case Done::What::MadeFolder:
            (void)::unlinkat(there.get(), to.c_str(), AT_REMOVEDIR);
            return;
    }
}

}  // namespace fetcher
