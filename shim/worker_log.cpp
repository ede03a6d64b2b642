#include "shim/worker_log.hpp"

#include <algorithm>
#include <optional>

#include "spec/json.hpp"
#include "spec/text.hpp"

namespace shim {

namespace {

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
        if (auto read = spec::read_json(kLogLine, line, "log"); read && read->level == "error")
            found = std::move(*read);
    }
    return found;
}

}  // namespace

Result<> result_of(std::string_view name, const std::string& program, int status,
                   std::string_view log)
{
    if (status == 0)
        return {};
    const auto error = last_error(log);
    if (!error && status > 128)
        return failed("{} was killed by signal {}", program, status - 128);
    if (!error)
        return failed("{} ended with {} and left no word", program, status);
    // The hint follows in a line of its own. What a container's own words do to a terminal they are
    // not to do here.
    std::string_view sentence = error->message;
    if (const std::string hint = "\nhint: " + error->hint; sentence.ends_with(hint))
        sentence.remove_suffix(hint.size());
    return std::unexpected(
        Error{.doing = format("{}: {}", name, spec::shown(sentence, kWorkerLogMost)),
              .status = static_cast<Status>(error->code),
              .hint = spec::shown(error->hint, kWorkerLogMost)});
}

}  // namespace shim
