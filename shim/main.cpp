// shim: stands beside one container for its whole life.

#include "shim/verbs.hpp"
#include "sys/command.hpp"
#include "sys/self.hpp"
#include "sys/steps.hpp"

namespace shim {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::root>("root", 0, "DIR", "where what runs is kept (/run/davit)"),
    spec::option<&Options::data>("data", 0, "DIR", "where what lasts is kept (/var/lib/davit)"),
    spec::option<&Options::json>("json", 0, "", "answers are JSON"),
    spec::option<&Options::log>("log", 0, "FILE",
                                "errors go to its end, as lines of JSON, not to standard error"),
};

static constexpr const spec::Verb* kVerbs[] = {
    &kRun,  &kLaunch,  &kWait,   &kStatus,  &kList,  &kLogs,
    &kKill, &kDestroy, &kRemove, &kRecover, &kImage, &kFetch,
};

static constexpr std::string_view kNotYet[] = {
    "attach", "events", "exec", "update", "usage",
};

static constexpr spec::Program kProgram = {
    .name = "shim",
    .summary = "Runs containers, one shim beside each, and tells how they end.",
    .options = kOptions,
    .verbs = kVerbs,
    .not_yet = kNotYet,
    .details =
        "TIME is 10s, 500ms, 2m, 1h, or a number of seconds. SIGNAL is TERM, SIGTERM or 15.\n"
        "exit codes: 0; 1 failure; 2 wrong usage; of run and wait the container's own, with\n"
        "128+n where signal n ended it, 125 where it could not start or nobody knows how it\n"
        "ended, 126 and 127 where its program cannot be executed or is not there; 124 where\n"
        "wait --timeout is over",
};

Result<> check_open(const Call& call, unsigned number)
{
    constexpr const char* names[] = {"input", "output", "error"};
    return call.closed >> number & 1 ? failed("standard {} is closed", names[number]) : Result<>();
}

static Result<int> call_verb(const spec::Verb& of_program, Call& call)
{
    call.closed = TRY(sys::mend_inheritance());
    const auto& verb = static_cast<const Verb&>(of_program);
    auto status = verb.run(call);
    if (!status && status.error().status == Status::Failure)
        status.error().status = verb.fails_with;
    return status;
}

}  // namespace shim

int main(int argc, char** argv)
{
    sys::steps_of("SHIM");
    shim::Call call;
    return sys::run_command(
        shim::kProgram, {argv, static_cast<std::size_t>(argc)},
        {&call.options, call.arguments, call.id, call.notices, call.options.log},
        [&](const spec::Verb& verb) { return shim::call_verb(verb, call); });
}
