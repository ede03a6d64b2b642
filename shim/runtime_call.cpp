#include "shim/runtime_call.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "shim/record.hpp"
#include "shim/usage.hpp"
#include "shim/worker.hpp"
#include "shim/worker_log.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

constexpr const char* kLog = "runtime.log";
constexpr std::size_t kStateMost = std::size_t{4} << 20;

}  // namespace

Result<std::string> find_runtime()
{
    const std::string folder = TRY(own_folder());
    return folder + "/runtime";
}

Result<RuntimeWorker> begin_runtime(const Container& container, std::string_view verb, Words words,
                                    sys::Stdio stdio)
{
    RuntimeWorker worker{.log = sys::Fd(::memfd_create(kLog, MFD_CLOEXEC))};
    if (!worker.log)
        return failed_sys("make a log for runtime");
    std::vector<std::string> all = {
        container.runtime,
        "--root",
        container.places.runtime_root(),
        "--owner",
        container.token,
        "--log",
        format("/proc/{}/fd/{}", ::getpid(), worker.log.get()),
        "--log-format",
        "json",
        "--log-only",
        std::string(verb),
    };
    std::ranges::move(words.options, std::back_inserter(all));
    all.insert(all.end(), {"--", container.launch.id});  // which may begin with a dash
    std::ranges::move(words.arguments, std::back_inserter(all));
    // It is whoever started us that is told there, and not that a container is ready.
    ::unsetenv("NOTIFY_SOCKET");
    worker.process = TRY(sys::start_program(all, stdio));
    return worker;
}

static void keep_log(const Container& container, std::string_view log)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
    if (log.empty() || !container.folder)
        return;
    if (const auto file = sys::open_at(container.folder.get(), kLog, flags, 0600))
        (void)sys::write_all(file->get(), log);
}

Result<> runtime_result(const Container& container, const sys::Fd& log, int status)
{
    const auto text =
        sys::read_file(AT_FDCWD, format("/proc/self/fd/{}", log.get()), kWorkerLogMost)
            .value_or("");
    keep_log(container, text);
    if (status == 0)
        return {};
    return result_of("runtime", container.runtime, status, text);
}

Result<> call_runtime(const Container& container, std::string_view verb,
                      std::vector<std::string> options, std::vector<std::string> arguments)
{
    Words words{.options = std::move(options), .arguments = std::move(arguments)};
    auto worker = TRY(begin_runtime(container, verb, std::move(words), {}));
    const int status = TRY(worker.process.wait());
    return runtime_result(container, worker.log, status);
}

// What `state` prints, as far as it is asked for.
struct Shown {
    spec::ContainerStatus status = {};
};
static constexpr spec::Field kShownFields[] = {
    spec::field<&Shown::status>("status", {.required = true}),
};
static constexpr auto kShown = spec::object<Shown>(kShownFields);

Result<spec::ContainerStatus> ask_runtime_status(const Container& container)
{
    const sys::Fd answer(::memfd_create("answer", MFD_CLOEXEC));
    if (!answer)
        return failed_sys("make room for an answer");
    auto worker = TRY(begin_runtime(container, "state", {}, {.out = answer.get()}));
    const int status = TRY(worker.process.wait());
    TRY(runtime_result(container, worker.log, status));
    const std::string path = format("/proc/self/fd/{}", answer.get());
    const std::string text = TRY(sys::read_file(AT_FDCWD, path, kStateMost));
    const auto shown = TRY(spec::read_json(kShown, text, "runtime state"));
    return shown.status;
}

Result<spec::State> read_runtime_state(const Container& container)
{
    const std::string path = format("{}/{}", container.places.runtime_root(), container.launch.id);
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const std::string owner = TRY(sys::read_file(folder.get(), "owner", kRecordMost));
    if (owner != container.token)
        return std::unexpected(Error{.doing = "open " + path, .code = ENOENT});
    const std::string text = TRY(sys::read_file(folder.get(), "state.json", kStateMost));
    return spec::read_state(text, path + "/state.json");
}

Result<> note_state(Container& container)
{
    container.state = TRY(read_runtime_state(container));
    container.phase = Phase::Created;
    // Its groups may have been there before it.
    container.oom_kills_before = read_oom_kills(container.state.cgroups).oom_kills;
    container.oom_kills_seen = container.oom_kills_before;
    return {};
}

}  // namespace shim
