#include "runtime/state_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "spec/id.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace runtime {

static constexpr const char* kState = "state.json";
static constexpr const char* kStateHalf = "state.json.new";
static constexpr const char* kConfig = "config.json";
static constexpr const char* kOwner = "owner";
static constexpr const char* kLimits = "limits";
static constexpr const char* kLimitsHalf = "limits.new";
static constexpr const char* kExit = "exit.json";
static constexpr std::size_t kOwnerMost = 4096;

Result<> check_root(const std::string& root)
{
    struct stat given = {};
    struct stat top = {};
    if (::stat(root.c_str(), &given) == 0 && ::stat("/", &top) == 0 && given.st_dev == top.st_dev &&
        given.st_ino == top.st_ino)
        return failed_with(Status::Usage,
                           "--root {}: containers cannot have their folders beside the system's",
                           root);
    return {};
}

static Result<> save_owner(const sys::Fd& folder, const std::string& owner)
{
    if (owner.empty())
        return {};
    if (owner.size() > kOwnerMost)
        return failed_with(Status::Usage, "its word is longer than {} bytes", kOwnerMost);
    const sys::Fd file =
        TRY(sys::open_at(folder.get(), kOwner, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    return sys::write_all(file.get(), owner);
}

Result<StateDir> StateDir::make(const std::string& root, const std::string& id,
                                const std::string& owner)
{
    auto parent = sys::open_at(AT_FDCWD, root, O_PATH | O_DIRECTORY);
    if (!parent && parent.error().code == ENOENT) {
        TRY(sys::make_folders(root));
        parent = sys::open_at(AT_FDCWD, root, O_PATH | O_DIRECTORY);
    }
    if (!parent)
        return std::unexpected(parent.error());
    if (::mkdirat(parent->get(), id.c_str(), 0700) < 0) {
        if (errno == EEXIST)
            return failed("container with this id already exists");
        return failed_sys("make folder {}/{}", root, id);
    }
    sys::Fd fd = TRY(sys::open_at(parent->get(), id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    StateDir dir(std::move(*parent), id, std::move(fd), true);
    const bool locked = TRY(dir.try_lock());
    if (!locked) {
        dir.keep();
        return failed("somebody deletes it already");
    }
    TRY_TO(save_owner(dir.fd_, owner), kOwner);
    return dir;
}

Result<std::optional<StateDir>> StateDir::find(const std::string& root, const std::string& id,
                                               const std::string& owner)
{
    auto parent = sys::open_at(AT_FDCWD, root, O_PATH | O_DIRECTORY);
    if (!parent && parent.error().code == ENOENT)
        return std::nullopt;
    if (!parent)
        return std::unexpected(parent.error());
    auto fd = sys::open_at(parent->get(), id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd && fd.error().code == ENOENT)
        return std::nullopt;
    if (!fd)
        return std::unexpected(fd.error());
    StateDir dir(std::move(*parent), id, std::move(*fd), false);
    return dir.belongs_to(owner) ? std::optional(std::move(dir)) : std::nullopt;
}

// The owner's word comes before the first record and goes after the last.
bool StateDir::belongs_to(const std::string& owner) const
{
    if (owner.empty())
        return true;
    const auto word = sys::read_file(fd_.get(), kOwner, kOwnerMost);
    if (word)
        return *word == owner || word->empty();
    return word.error().code == ENOENT && ::faccessat(fd_.get(), kState, F_OK, 0) < 0;
}

Result<bool> StateDir::try_lock() const
{
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0)
        return true;
    return errno == EWOULDBLOCK ? Result<bool>(false) : failed_sys("lock the folder of {}", id_);
}

void StateDir::unlock() const
{
    ::flock(fd_.get(), LOCK_UN);
}

bool StateDir::is_removed() const
{
    struct stat folder = {};
    return ::fstat(fd_.get(), &folder) == 0 && folder.st_nlink == 0;
}

StateDir::~StateDir()
{
    if (made_ && fd_)
        (void)remove();
}

// As sys::replace_file, but for what does not outlive a power failure anyway, and has one writer.
static Result<> replace(const sys::Fd& folder, const char* name, const char* half,
                        std::string_view text)
{
    const sys::Fd file =
        TRY(sys::open_at(folder.get(), half, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600));
    TRY_TO(sys::write_all(file.get(), text), "{}", half);
    if (::renameat(folder.get(), half, folder.get(), name) < 0)
        return failed_sys("make {}", name);
    return {};
}

Result<> StateDir::save(const spec::State& state) const
{
    return replace(fd_, kState, kStateHalf, spec::write_state(state));
}

Result<> StateDir::save_limits(std::string_view text) const
{
    return replace(fd_, kLimits, kLimitsHalf, text);
}

Result<std::string> StateDir::load_limits() const
{
    return sys::read_file(fd_.get(), kLimits, spec::kJsonMost);
}

static std::unexpected<Error> made_by_another()
{
    auto error = failed("it is another runtime's: its {} is not as ours", kState);
    error.error().hint = "whoever made it can delete it";
    return error;
}

Result<spec::State> StateDir::load() const
{
    const std::string text = TRY(sys::read_file(fd_.get(), kState, spec::kJsonMost));
    auto state = spec::read_state(text, kState);
    if (!state && spec::is_state_of_another(text))
        return made_by_another();
    return state;
}

Result<> StateDir::save_config(std::string_view text) const
{
    // It counts once there is a state.json beside it.
    const sys::Fd file =
        TRY(sys::open_at(fd_.get(), kConfig, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    TRY_TO(sys::write_all(file.get(), text), "{}", kConfig);
    return {};
}

Result<std::string> StateDir::load_config() const
{
    return sys::read_file(fd_.get(), kConfig, spec::kJsonMost);
}

// Whole from its first moment on: several may have seen the end.
Result<> StateDir::save_exit(std::string_view text) const
{
    const sys::Fd file = TRY(sys::open_at(fd_.get(), ".", O_WRONLY | O_TMPFILE, 0600));
    TRY_TO(sys::write_all(file.get(), text), "{}", kExit);
    if (::linkat(file.get(), "", fd_.get(), kExit, AT_EMPTY_PATH) < 0 && errno != EEXIST)
        return failed_sys("make {}", kExit);
    return {};
}

Result<std::string> StateDir::load_exit() const
{
    return sys::read_file(fd_.get(), kExit, spec::kJsonMost);
}

static Result<> unlink_all(int folder, const std::vector<std::string>& names)
{
    for (const auto& name : names)
        if (::unlinkat(folder, name.c_str(), 0) < 0 && errno != ENOENT)
            return failed_sys("remove {}", name);
    return {};
}

Result<> StateDir::forget_limits() const
{
    return unlink_all(fd_.get(), {kLimits});
}

Result<> StateDir::check_is_ours() const
{
    const auto names = TRY(sys::names_in(fd_));
    for (const std::string_view name : names)
        if (name != kConfig && name != kStartSocket && name != kState && name != kStateHalf &&
            name != kOwner && name != kLimits && name != kLimitsHalf && name != kExit &&
            name != kNotifyFolder)
            return failed("it is no container: its folder holds {}", name);
    struct stat folder = {};
    if (::fstat(fd_.get(), &folder) < 0)
        return failed_sys("look at the folder of {}", id_);
    if (folder.st_uid != ::geteuid() || folder.st_mode & 077)
        return failed("it is no container: its folder is not ours alone");
    const auto text = sys::read_file(fd_.get(), kState, spec::kJsonMost);
    if (text && spec::is_state_of_another(*text))
        return made_by_another();
    return {};
}

Result<> StateDir::remove()
{
    made_ = false;
    TRY(unlink_all(fd_.get(), {kConfig, kStartSocket, kState}));
    if (::unlinkat(parent_.get(), id_.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
        return {};
    // What few have, and what was half written when somebody was killed.
    TRY(unlink_all(fd_.get(), {kStateHalf, kLimits, kLimitsHalf, kExit, kOwner}));
    TRY(sys::remove_tree(fd_, kNotifyFolder));
    if (::unlinkat(parent_.get(), id_.c_str(), AT_REMOVEDIR) < 0 && errno != ENOENT)
        return failed_sys("remove the folder of the container");
    return {};
}

Result<std::vector<std::string>> list_ids(const std::string& root)
{
    const auto folder = sys::open_at(AT_FDCWD, root, O_RDONLY | O_DIRECTORY);
    if (!folder)
        return folder.error().code == ENOENT ? Result<std::vector<std::string>>()
                                             : std::unexpected(folder.error());
    std::vector<std::string> ids = TRY(sys::names_in(*folder));
    std::erase_if(ids, [](const std::string& name) { return !spec::check_id(name); });
    std::ranges::sort(ids);
    return ids;
}

}  // namespace runtime
