#include "shim/record.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/random.hpp"
#include "sys/steps.hpp"
#include "sys/time.hpp"

namespace shim {

namespace {

// Paths are of 4096 bytes at most, and a byte may become six in JSON.
constexpr std::size_t kReadMost = std::size_t{128} << 10;
constexpr std::size_t kMessageMost = 1500;  // bytes; escaped, it still fits into kRecordMost

Result<sys::Fd> open_folder(const std::string& path)
{
    auto folder = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    if (folder || folder.error().code != ENOENT)
        return folder;
    TRY(sys::make_folders(path));
    return sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
}

// A record that is removed at once has nothing to tell after a power failure.
Result<> make_safe(const Container& container, const sys::Fd& fd, const char* name)
{
    if (container.launch.remove)
        return {};
    return ::fsync(fd.get()) == 0 ? Result<>() : failed_sys("make {} safe", name);
}

// The record takes its name when it is whole and locked: nobody ever sees half of it, or thinks
// that nobody guards it.
struct Taking {
    Container& container;
    sys::Fd records = {};
    std::string half = {};  // what it is called until then
    bool named = false;
};

Result<> make_record(Taking& taking)
{
    Container& container = taking.container;
    taking.records = TRY(open_folder(container.places.records()));
    const std::string name = TRY(sys::random_name());
    taking.half = kHalfMade + name;
    const int records = taking.records.get();
    if (::mkdirat(records, taking.half.c_str(), 0700) < 0)
        return failed_sys("make folder {}/{}", container.places.records(), taking.half);
    container.record = TRY(sys::open_at(records, taking.half, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    container.token = TRY(token_of(container.record));
    const bool locked = TRY(lock(container.record));
    if (!locked)
        return failed("the record is being removed");  // by whoever takes it for left behind
    return {};
}

Result<> reserve_room(Taking& taking)
{
    const Container& container = taking.container;
    const sys::Fd file = TRY(sys::open_at(container.record.get(), kReservedFile,
                                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    if (const int error = ::posix_fallocate(file.get(), 0, kRecordMost))
        return std::unexpected(
            Error{.doing = format("reserve {}/{}", container.record_path(), kReservedFile),
                  .code = error});
    return {};
}

Result<> write_launch(Taking& taking)
{
    const Container& container = taking.container;
    TRY_TO(sys::write_new_file(container.record.get(), kLaunchFile, write(container.launch), 0600),
           "{}", container.record_path());
    return make_safe(container, container.record, "the record");
}

// What has this name already is a folder that is not empty.
Result<> name_record(Taking& taking)
{
    const Container& container = taking.container;
    const int records = taking.records.get();
    if (::renameat(records, taking.half.c_str(), records, container.launch.id.c_str()) < 0) {
        if (errno == ENOTEMPTY || errno == EEXIST)
            return failed("a container with this id already exists");
        return failed_sys("make folder {}", container.record_path());
    }
    taking.named = true;
    return make_safe(container, taking.records, "the records");
}

Result<> make_sandbox(Taking& taking)
{
    const Container& container = taking.container;
    const sys::Fd sandboxes = TRY(open_folder(container.places.sandboxes()));
    if (::mkdirat(sandboxes.get(), container.launch.id.c_str(), 0700) < 0)
        return failed_sys("make folder {}", container.sandbox_path());
    return {};
}

constexpr sys::Step<Taking> kTake[] = {
    {"make record", make_record}, {"reserve room", reserve_room}, {"write launch", write_launch},
    {"take id", name_record},     {"make sandbox", make_sandbox},
};

// A record whose text is cut to what was reserved for it.
std::string fitting(spec::ExitRecord& record)
{
    std::string text = write(record);
    for (std::size_t most = kMessageMost; text.size() > kRecordMost; most /= 2) {
        record.message.resize(std::min(record.message.size(), most));
        if (record.oom && !most)
            record.oom->cgroup.clear();
        text = write(record);
    }
    return text;
}

}  // namespace

Result<sys::Fd> open_output(const Container& container, const char* name)
{
    const sys::Fd sandbox =
        TRY(sys::open_at(AT_FDCWD, container.sandbox_path(), O_PATH | O_DIRECTORY));
    constexpr int flags = O_WRONLY | O_APPEND;
    auto made = sys::open_at(sandbox.get(), name, flags | O_CREAT | O_EXCL, 0600);
    if (made || made.error().code != EEXIST)
        return made;
    // The sandbox may be the container's own.
    return sys::open_regular(sandbox.get(), name, flags);
}

bool is_removed(const sys::Fd& folder)
{
    struct stat status = {};
    return ::fstat(folder.get(), &status) == 0 && status.st_nlink == 0;
}

Result<std::string> token_of(const sys::Fd& record)
{
    struct statx folder = {};
    if (::statx(record.get(), "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &folder) < 0)
        return failed_sys("look at the record");
    if (!(folder.stx_mask & STATX_BTIME))  // not every file system keeps it
        return format("{}-{}:{}", folder.stx_ino, folder.stx_dev_major, folder.stx_dev_minor);
    return format("{}-{}.{:09}", folder.stx_ino, folder.stx_btime.tv_sec, folder.stx_btime.tv_nsec);
}

static Result<> drop_record(const Container& container)
{
    const sys::Fd records =
        TRY(sys::open_at(AT_FDCWD, container.places.records(), O_RDONLY | O_DIRECTORY));
    const std::string name = TRY(sys::random_name());
    const std::string half = kHalfRemoved + name;
    if (::renameat(records.get(), container.launch.id.c_str(), records.get(), half.c_str()) < 0)
        return errno == ENOENT ? Result<>() : failed_sys("remove the record");
    return sys::remove_tree(records, half);
}

Result<> take_id(Container& container)
{
    Taking taking{.container = container};
    auto taken = sys::run_steps<Taking>(kTake, taking);
    if (!taken && taking.named)
        (void)drop_record(container);  // a sandbox that is there is not ours
    else if (!taken && !taking.half.empty())
        (void)sys::remove_tree(taking.records, taking.half);
    return taken;
}

Result<> remove_record(const Container& container)
{
    if (const auto sandboxes =
            sys::open_at(AT_FDCWD, container.places.sandboxes(), O_RDONLY | O_DIRECTORY))
        TRY(sys::remove_tree(*sandboxes, container.launch.id));
    return drop_record(container);
}

// Whether it has it now.
static Result<bool> try_lock(const sys::Fd& folder, int kind)
{
    if (::flock(folder.get(), kind | LOCK_NB) == 0)
        return true;
    return errno == EWOULDBLOCK ? Result<bool>(false) : failed_sys("lock the record");
}

Result<bool> lock(const sys::Fd& folder)
{
    sys::Patience patience;
    for (;;) {
        const bool ours = TRY(try_lock(folder, LOCK_EX));
        if (ours)
            return true;
        // Who only looks has it shared, for a moment.
        const bool guarded = TRY(is_guarded(folder));
        if (guarded || !patience.wait())
            return false;
    }
}

void unlock(const sys::Fd& folder)
{
    (void)::flock(folder.get(), LOCK_UN);
}

Result<bool> is_guarded(const sys::Fd& folder)
{
    const bool free = TRY(try_lock(folder, LOCK_SH));
    if (free)
        unlock(folder);
    return !free;
}

constexpr mode_t kStartNoted = 0700;

Result<> note_start(const sys::Fd& folder)
{
    if (::fchmodat(folder.get(), kReservedFile, kStartNoted, 0) < 0 && errno != ENOENT)
        return failed_sys("note in {} that it starts", kReservedFile);
    return {};
}

bool never_started(const sys::Fd& folder)
{
    struct stat reserved = {};
    return ::fstatat(folder.get(), kReservedFile, &reserved, AT_SYMLINK_NOFOLLOW) == 0 &&
           !(reserved.st_mode & S_IXUSR);
}

Result<> write_exit(const Container& container, spec::ExitRecord record)
{
    const int folder = container.record.get();
    if (is_removed(container.record) || ::faccessat(folder, kExitFile, F_OK, 0) == 0)
        return {};
    const std::string text = fitting(record);
    const sys::Fd file =
        TRY(sys::open_at(folder, kReservedFile, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600));
    TRY_TO(sys::write_all(file.get(), text), "write {}/{}", container.record_path(), kExitFile);
    if (::ftruncate(file.get(), static_cast<off_t>(text.size())) < 0)
        return failed_sys("cut {}", kExitFile);
    if (::fchmod(file.get(), 0600) < 0)
        return failed_sys("change the mode of {}", kExitFile);
    TRY(make_safe(container, file, kExitFile));
    if (::renameat(folder, kReservedFile, folder, kExitFile) < 0)
        return failed_sys("make {}/{}", container.record_path(), kExitFile);
    return make_safe(container, container.record, "the record");
}

Result<std::optional<std::string>> read_if_there(const sys::Fd& folder, const char* name)
{
    auto text = sys::read_file(folder.get(), name, kReadMost);
    if (!text && text.error().code == ENOENT)
        return std::nullopt;
    if (!text)
        return std::unexpected(text.error());
    return std::move(*text);
}

template <auto Read>
static auto read_record(const sys::Fd& folder, const char* name)
    -> Result<std::optional<typename decltype(Read("", ""))::value_type>>
{
    const auto text = TRY(read_if_there(folder, name));
    if (!text)
        return std::nullopt;
    auto record = TRY(Read(*text, name));
    return record;
}

Result<std::optional<spec::ExitRecord>> read_exit(const sys::Fd& folder)
{
    return read_record<spec::read_exit_record>(folder, kExitFile);
}

Result<> replace_launch(const Container& container)
{
    return sys::replace_file(container.record.get(), kLaunchFile, write(container.launch), 0600);
}

Result<spec::LaunchRecord> read_launch(const sys::Fd& folder)
{
    auto record = TRY(read_record<spec::read_launch_record>(folder, kLaunchFile));
    if (!record)
        return failed("{} is missing", kLaunchFile);
    return std::move(*record);
}

Result<std::optional<spec::LifeState>> read_status(const sys::Fd& folder)
{
    return read_record<spec::read_life_state>(folder, kStatusFile);
}

Result<std::optional<spec::RawEnd>> read_raw(const sys::Fd& folder)
{
    return read_record<spec::read_raw_end>(folder, kRawFile);
}

spec::RawEnd raw_end(const sys::EndedChild& child)
{
    return {.wait_status = child.wait_status,
            .cpu_user_us = child.cpu_user_us,
            .cpu_system_us = child.cpu_system_us,
            .finished = sys::utc_now()};
}

void show_status(const Container& container, spec::LifeStatus status)
{
    spec::JsonWriter json;
    write(json,
          spec::LifeState{.id = container.launch.id,
                          .status = status,
                          .step = container.step,
                          .pid = container.end ? 0 : container.state.init.pid,
                          .shim_pid = container.shim_pid,
                          .keeper_pid = container.keeper_pid,
                          .bundle = container.launch.bundle,
                          .image = container.launch.image,
                          .started = container.started,
                          .oom_kills = container.oom_kills_seen - container.oom_kills_before});
    constexpr const char* half = "status.json.new";
    const auto file =
        sys::open_at(container.folder.get(), half, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
    if (file && sys::write_all(file->get(), json.text()))
        (void)::renameat(container.folder.get(), half, container.folder.get(), kStatusFile);
}

}  // namespace shim
