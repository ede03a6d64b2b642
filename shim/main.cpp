// shim: stands beside one container for its whole life.

#include <unistd.h>

#include <span>

#include "shim/print.hpp"
#include "shim/verbs.hpp"
#include "sys/file.hpp"
#include "sys/self.hpp"
#include "sys/steps.hpp"

namespace shim {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::root>("root", 0, "DIR", "where what runs is kept (/run/davit)"),
    spec::option<&Options::data>("data", 0, "DIR", "where what lasts is kept (/var/lib/davit)"),
    spec::option<&Options::json>("json", 0, "", "answers are JSON"),
};

static constexpr const spec::Verb* kVerbs[] = {
    &kRun, &kLaunch, &kWait, &kStatus, &kList, &kLogs, &kKill, &kDestroy, &kRemove, &kRecover,
};

static constexpr std::string_view kNotYet[] = {
    "attach", "events", "exec", "fetch", "image", "update", "usage",
};

static constexpr spec::Program kProgram = {
    .name = "shim",
    .summary = "Runs containers, one shim beside each, and tells how they end.",
    .options = kOptions,
    .verbs = kVerbs,
    .not_yet = kNotYet,
};

// What cannot be told is lost: there is nobody left to tell.
static void tell(const std::string& sentence)
{
    (void)sys::write_all(STDERR_FILENO, format("shim: {}\n", sentence));
}

Result<> check_open(const Call& call, unsigned number)
{
    constexpr const char* names[] = {"input", "output", "error"};
    return call.closed >> number & 1 ? failed("standard {} is closed", names[number]) : Result<>();
}

static Result<int> run(std::span<char* const> argv, Call& call)
{
    call.closed = TRY(sys::mend_inheritance());
    auto line = TRY(spec::read_command_line(kProgram, argv.subspan(!argv.empty()), &call.options));
    if (!line.answer.empty()) {
        TRY(print(line.answer));
        return 0;
    }
    call.arguments = std::move(line.arguments);
    const auto& verb = static_cast<const Verb&>(*line.verb);
    auto status = verb.run(call);
    const std::string subject = format("{}{}{}", verb.name, call.id.empty() ? "" : " ", call.id);
    for (const auto& notice : call.notices)
        tell(format("{}: {}", subject, notice));
    if (status)
        return status;
    status.error().doing = format("{}: {}", subject, status.error().doing);
    if (status.error().status == Status::Failure)
        status.error().status = verb.fails_with;
    return status;
}

}  // namespace shim

int main(int argc, char** argv)
{
    sys::steps_of("SHIM");
    shim::Call call;
    const auto status = shim::run({argv, static_cast<std::size_t>(argc)}, call);
    if (status)
        return *status;
    shim::tell(status.error().message());
    return static_cast<int>(status.error().status);
}
