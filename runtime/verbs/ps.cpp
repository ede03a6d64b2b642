// runtime ps: the processes of a container, as this host numbers them.

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <algorithm>
#include <charconv>

#include "runtime/existing.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"
#include "sys/program.hpp"

namespace runtime {

namespace {

constexpr std::size_t kTableMost = 64 << 20;
// Engines call without PATH.
constexpr const char* kUsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// The host's ps(1): never one of the container.
Result<std::string> find_ps()
{
    const char* given = ::getenv("PATH");
    std::string_view path = given && *given ? given : kUsualPath;
    for (;;) {
        const std::size_t end = std::min(path.find(':'), path.size());
        std::string file = format("{}/ps", path.substr(0, end));
        if (file.starts_with('/') && ::access(file.c_str(), X_OK) == 0)
            return file;
        if (end == path.size())
            return failed("there is no ps in $PATH; --format json needs none");
        path.remove_prefix(end + 1);
    }
}

// What it says of all processes.
Result<std::string> ask_ps(std::vector<std::string> options)
{
    (void)::signal(SIGCHLD, SIG_DFL);  // a caller that ignores it leaves us nothing to wait for
    if (options.empty())
        options = {"-ef"};
    const std::string program = TRY(find_ps());
    options.insert(options.begin(), program);
    const sys::Fd answer(::memfd_create("answer", MFD_CLOEXEC));
    if (!answer)
        return failed_sys("make room for an answer");
    sys::Process ps = TRY(sys::start_program(options, {.out = answer.get(), .err = STDERR_FILENO}));
    const int code = TRY(ps.wait());
    if (code != 0)
        return failed("{} ended with {}", program, code);
    return sys::read_file(AT_FDCWD, format("/proc/self/fd/{}", answer.get()), kTableMost);
}

// What stands in a line's column, counted from 0; empty where it has not so many.
std::string_view cell(std::string_view line, std::size_t column)
{
    for (;; --column) {
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
        if (column == 0 || line.empty())
            return line.substr(0, end);
        line.remove_prefix(end);
    }
}

std::optional<std::size_t> column_of(std::string_view header, std::string_view name)
{
    for (std::size_t column = 0;; ++column) {
        const std::string_view found = cell(header, column);
        if (found == name)
            return column;
        if (found.empty())
            return {};
    }
}

// The header, and the lines whose PID is one of these, which are sorted.
Result<std::string> pick(std::string_view table, const std::vector<pid_t>& processes)
{
    std::string picked;
    std::optional<std::size_t> column;
    for (std::size_t at = 0; at < table.size();) {
        const std::size_t end = std::min(table.find('\n', at), table.size());
        const std::string_view line = table.substr(at, end - at);
        at = end + 1;
        if (!column) {
            column = column_of(line, "PID");
            if (!column)
                return failed("what ps prints with these options has no column PID");
        } else {
            const std::string_view number = cell(line, *column);
            pid_t pid = 0;
            const char* const stop = number.data() + number.size();
            if (std::from_chars(number.data(), stop, pid).ptr != stop || number.empty())
                return failed("\"{}\", in a line of ps, is no PID", number);
            if (!std::ranges::binary_search(processes, pid))
                continue;
        }
        picked += format("{}\n", line);
    }
    return picked;
}

std::string json(const std::vector<pid_t>& processes)
{
    spec::JsonWriter json;
    json.array();
    for (const pid_t pid : processes)
        json.value(pid);
    return json.end().text() + "\n";
}

Result<int> ps(Call& call)
{
    call.id = call.arguments[0];
    const Existing container = TRY(find_existing(call.options, call.id));
    const Groups groups = TRY(needed_groups_of(container.state));
    if (call.options.format == ListFormat::Json) {
        const auto processes = TRY(groups.processes());
        TRY(sys::print(json(processes)));
        return 0;
    }
    const std::string table = TRY(ask_ps({call.arguments.begin() + 1, call.arguments.end()}));
    // After it, so that none of those that it shows is another's that had the number before.
    const auto processes = TRY(groups.processes());
    const std::string picked = TRY(pick(table, processes));
    TRY(sys::print(picked));
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::format>("format", 'f', "FORMAT",
                                   "table (the default) or json: the numbers alone"),
};

}  // namespace

constinit const Verb kPs = {
    {.name = "ps",
     .arguments = "ID [PS-OPTION...]",
     .summary = "lists the processes of a container",
     .options = kOptions,
     .order = spec::Order::First,
     .details = "What follows ID goes to ps(1), in the place of -ef. It must print a column PID."},
    ps,
};

}  // namespace runtime
