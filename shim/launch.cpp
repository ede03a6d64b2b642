#include "shim/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>

#include "shim/exit.hpp"
#include "shim/keeper.hpp"
#include "shim/prepare.hpp"
#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "shim/supervise.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"
#include "sys/steps.hpp"

namespace shim {

namespace {

struct Life {
    Container& container;
    pid_t caller = 0;
    Supervisor supervisor{container};
};

// Says whose it is, and, by a lock, that its guards live: where its record is lost nothing else
// does.
Result<> own_folder(const Container& container, const sys::Fd& folder)
{
    const bool ours = TRY(lock(folder));
    if (!ours)
        return failed("the folder of what runs is being removed");
    const sys::Fd records =
        TRY(sys::open_at(AT_FDCWD, container.places.records(), O_RDONLY | O_DIRECTORY));
    const std::string owner = TRY(token_of(records));
    TRY(sys::write_new_file(folder.get(), kTokenFile, container.token, 0600));
    return sys::write_new_file(folder.get(), kOwnersFile, owner, 0600);
}

// It takes its name with the word of whose it is: one that was there before is never taken for
// ours.
Result<> make_folder(Life& life)
{
    Container& container = life.container;
    TRY(sys::make_folders(container.places.running()));
    const std::string half = container.half_folder_path();
    if (::mkdir(half.c_str(), 0700) < 0)
        return failed_sys("make folder {}", half);
    sys::Fd folder = TRY(sys::open_at(AT_FDCWD, half, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    TRY(own_folder(container, folder));
    const std::string path = container.folder_path();
    if (::renameat2(AT_FDCWD, half.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) < 0)
        return failed_sys("make folder {}", path);
    container.folder = std::move(folder);
    return {};
}

Result<> write_id_file(Life& life)
{
    const Container& container = life.container;
    if (container.id_file.empty())
        return {};
    // A device, a pipe or what a link leads to is written to, and stays what it is.
    struct stat there = {};
    if (::lstat(container.id_file.c_str(), &there) < 0 || S_ISREG(there.st_mode))
        return sys::replace_file(AT_FDCWD, container.id_file, container.launch.id, 0644);
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOCTTY | O_NONBLOCK;
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, container.id_file, flags, 0644));
    TRY_TO(sys::write_all(file.get(), container.launch.id), "write {}", container.id_file);
    return {};
}

Result<> hire(Life& life)
{
    return life.container.other.fd() ? Result<>() : hire_keeper(life.container);
}

Result<> open_supervision(Life& life)
{
    return life.supervisor.open(life.caller);
}

Result<> prepare_bundle(Life& life)
{
    return make_bundle(life.container, life.supervisor);
}

Result<> give_sandbox(Life& life)
{
    return read_bundle(life.container);
}

Result<> fetch(Life& life)
{
    return fetch_files(life.container, life.supervisor);
}

Result<> create(Life& life)
{
    return life.supervisor.create();
}

Result<> start(Life& life)
{
    return life.supervisor.start();
}

Result<> tell_client(Life& life)
{
    if (life.container.client.fd())
        (void)life.container.client.send(kRuns);
    life.supervisor.told_client();
    return {};
}

Result<> supervise(Life& life)
{
    return life.supervisor.supervise();
}

constexpr sys::Step<Life> kLaunch[] = {
    {"make folder", make_folder},    {"write id file", write_id_file},
    {"hire keeper", hire},           {"open supervision", open_supervision},
    {"make bundle", prepare_bundle}, {"give sandbox", give_sandbox},
    {"fetch files", fetch},          {"create container", create},
    {"start container", start},      {"tell client", tell_client},
    {"supervise", supervise},
};

// Of a shim that takes over: each step knows what is done already.
constexpr sys::Step<Life> kAdopt[] = {
    {"hire keeper", hire},           {"open supervision", open_supervision},
    {"make bundle", prepare_bundle}, {"give sandbox", give_sandbox},
    {"fetch files", fetch},          {"create container", create},
    {"start container", start},      {"tell client", tell_client},
    {"supervise", supervise},
};

Result<> record_exit(Life& life)
{
    const auto record = exit_record(life.container);
    return write_exit(life.container, record);
}

Result<> tell_failure(Life& life)
{
    if (life.container.client.fd() && life.container.failure)
        (void)life.container.client.send(*life.container.failure);
    return {};
}

Result<> delete_container(Life& life)
{
    return life.container.folder ? call_runtime(life.container, "delete", {"--force"}) : Result<>();
}

Result<> forget_bundle(Life& life)
{
    return remove_bundle(life.container);
}

Result<> remove_folder(Life& life)
{
    const Container& container = life.container;
    const auto running = sys::open_at(AT_FDCWD, container.places.running(), O_RDONLY | O_DIRECTORY);
    if (!running)
        return running.error().code == ENOENT ? Result<>() : std::unexpected(running.error());
    TRY(sys::remove_tree(*running, container.half_folder_name()));
    return container.folder ? sys::remove_tree(*running, container.launch.id) : Result<>();
}

Result<> remove_all(Life& life)
{
    return life.container.launch.remove ? remove_record(life.container) : Result<>();
}

// Each may be done again by whoever takes over; the last one it never outlives.
constexpr sys::Step<Life> kEnd[] = {
    {"record exit", record_exit},     {"delete container", delete_container},
    {"remove bundle", forget_bundle}, {"remove folder", remove_folder},
    {"remove record", remove_all},    {"tell failure", tell_failure},
};

void note_step(Life& life, std::string_view name)
{
    life.container.step = name;
}

// Until it has ended, and with it what it had `runtime` do.
void dismiss_keeper(Container& container)
{
    if (!container.other.fd())
        return;
    (void)container.other.send(static_cast<char>(Word::Dismiss));
    pollfd gone = {.fd = container.other.fd().get(), .events = 0, .revents = 0};
    while (::poll(&gone, 1, -1) < 0 && errno == EINTR) {
    }
    if (container.above_keeper)
        sys::reap(container.keeper_pid);
    container.other = {};
}

void end_life(Life& life)
{
    // What is being made would be finished after it was deleted.
    if (life.container.task != Word::Nothing)
        dismiss_keeper(life.container);
    // What cannot be finished now is finished by `recover`.
    if (const auto ended = sys::run_steps<Life>(kEnd, life); !ended)
        life.container.notices.push_back(ended.error().message());
    dismiss_keeper(life.container);
}

Result<int> live(Life& life, std::span<const sys::Step<Life>> steps)
{
    Container& container = life.container;
    auto lived = sys::run_steps(steps, life, note_step);
    if (!lived) {
        container.failed_step = container.step;
        container.failure = lived.error();
    }
    end_life(life);
    container.record = {};  // whoever waits for its end waits no longer
    if (const auto delivered =
            sys::run_step("deliver output", [&] { return life.supervisor.deliver(); });
        !delivered)
        container.notices.push_back(delivered.error().message());
    TRY(std::move(lived));
    if (!container.end)
        container.notices.emplace_back("nobody saw how it ended");
    return exit_code(container);
}

// Whether the shim before us had come to the end, and was killed while it cleared away.
bool look_back(Container& container)
{
    const auto record = read_exit(container.record);
    if (record && *record && !(*record)->stage.empty() &&
        (*record)->reason == spec::EndReason::Failed)
        container.failure =
            Error{.doing = (*record)->message, .status = static_cast<Status>(exit_code(**record))};
    return is_removed(container.record) || (record && *record);
}

}  // namespace

Result<int> launch(Container& container, pid_t caller)
{
    // Whoever is to end us from here on has us undo what is made.
    (void)sys::block_signals();
    TRY(take_id(container));
    Life life{.container = container, .caller = caller};
    return live(life, kLaunch);
}

Result<> clear_away(Container& container)
{
    Life life{.container = container};
    TRY(delete_container(life));
    TRY(remove_bundle(container));
    return remove_folder(life);
}

void finish(Container& container)
{
    Life life{.container = container};
    end_life(life);
}

int adopt(Container& container)
{
    // What everybody was told stays so.
    if (const auto shown = read_status(container.folder); shown && *shown)
        container.started = (*shown)->started;
    Life life{.container = container};
    if (!look_back(container))
        (void)live(life, kAdopt);
    else
        end_life(life);
    return 0;
}

}  // namespace shim
