#include "shim/runtime_call.hpp"

#include <fcntl.h>

#include <algorithm>

#include "shim/record.hpp"
#include "shim/usage.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"

namespace shim {

namespace {

constexpr const char* kLog = "runtime.log";
constexpr std::size_t kLogMost = std::size_t{1} << 20;
constexpr std::size_t kStateMost = std::size_t{4} << 20;

// A line of its log (runtime/log.hpp).
struct LogLine {
    std::string level = {};
    std::string message = {};
    std::int32_t code = 1;
    std::string hint = {};
};

constexpr spec::Field kFields[] = {
    spec::field<&LogLine::level>("level", {.required = true}),
    spec::field<&LogLine::message>("msg", {.required = true}),
    spec::field<&LogLine::code>("code"),
    spec::field<&LogLine::hint>("hint"),
};
constexpr auto kLogLine = spec::object<LogLine>(kFields);

std::optional<LogLine> last_error(std::string_view log)
{
    std::optional<LogLine> found;
    while (!log.empty()) {
        const auto line = log.substr(0, log.find('\n'));
        log.remove_prefix(std::min(line.size() + 1, log.size()));
        if (auto read = spec::read_json(kLogLine, line, kLog); read && read->level == "error")
            found = std::move(*read);
    }
    return found;
}

}  // namespace

Result<std::string> find_runtime()
{
    const sys::Fd own = TRY(sys::open_at(AT_FDCWD, "/proc/self/exe", O_PATH));
    std::string path = TRY(sys::path_of(own, "our own file"));
    path.replace(path.find_last_of('/') + 1, path.npos, "runtime");
    return path;
}

Result<sys::Process> begin_runtime(const Container& container, std::string_view verb, Words words,
                                   sys::Stdio stdio)
{
    std::vector<std::string> all = {
        container.runtime,
        "--root",
        container.places.runtime_root(),
        "--owner",
        container.token,
        "--log",
        format("{}/{}", container.folder_path(), kLog),
        "--log-format",
        "json",
        "--log-only",
        std::string(verb),
    };
    std::ranges::move(words.options, std::back_inserter(all));
    all.insert(all.end(), {"--", container.launch.id});  // which may begin with a dash
    std::ranges::move(words.arguments, std::back_inserter(all));
    return sys::start_program(all, stdio);
}

Result<> runtime_result(const Container& container, int status)
{
    if (status == 0)
        return {};
    const auto log = sys::read_file(container.folder.get(), kLog, kLogMost);
    const auto error = log ? last_error(*log) : std::nullopt;
    if (!error && status > 128)
        return failed("{} was killed by signal {}", container.runtime, status - 128);
    if (!error)
        return failed("{} ended with {} and left no word", container.runtime, status);
    const auto line = error->message.find('\n');  // what follows is the hint
    return std::unexpected(Error{.doing = format("runtime: {}", error->message.substr(0, line)),
                                 .status = static_cast<Status>(error->code),
                                 .hint = error->hint});
}

Result<> call_runtime(const Container& container, std::string_view verb,
                      std::vector<std::string> options, std::vector<std::string> arguments)
{
    Words words{.options = std::move(options), .arguments = std::move(arguments)};
    auto process = TRY(begin_runtime(container, verb, std::move(words), {}));
    const int status = TRY(process.wait());
    return runtime_result(container, status);
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
    const sys::Fd answer = TRY(sys::open_at(container.folder.get(), ".", O_TMPFILE | O_RDWR, 0600));
    auto process = TRY(begin_runtime(container, "state", {}, {.out = answer.get()}));
    const int status = TRY(process.wait());
    TRY(runtime_result(container, status));
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
