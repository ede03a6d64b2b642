// runtime: makes containers from OCI bundles.

#include <cstdlib>
#include <span>

#include "runtime/log.hpp"
#include "runtime/protect.hpp"
#include "runtime/state_dir.hpp"
#include "runtime/verbs.hpp"
#include "sys/file.hpp"
#include "sys/places.hpp"
#include "sys/steps.hpp"

namespace runtime {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::root>("root", 0, "DIR", "where state is kept (/run/davit/runtime)"),
    spec::option<&Options::owner>("owner", 0, "WORD",
                                  "create notes it; the others see only what was created with it"),
    spec::option<&Options::log>("log", 0, "FILE", "errors and warnings go to its end, too"),
    spec::option<&Options::log_format>("log-format", 0, "FORMAT", "text (the default) or json"),
    spec::option<&Options::log_level>(
        "log-level", 0, "LEVEL", "error, warning, info or debug (warning; without --log error)"),
    spec::option<&Options::log_only>("log-only", 0, "",
                                     "errors go to the log, not to standard error"),
    spec::option<&Options::debug>("debug", 0, "",
                                  "tell everything, and errors with their line of source"),
    spec::option<&Options::trace>("trace", 0, "",
                                  "tell on standard error what time each step took"),
    spec::option<&Options::systemd_cgroup>("systemd-cgroup", 0, "",
                                           "not carried out yet: create and run refuse it"),
    spec::option<&Options::cgroup_manager>("cgroup-manager", 0, "NAME",
                                           "cgroupfs, or disabled: create and run make no control "
                                           "groups; systemd is refused as yet"),
    spec::option<&Options::rootless>("rootless", 0, "BOOL",
                                     "auto or false; true is refused as yet"),
};

static constexpr const spec::Verb* kVerbs[] = {
    &kRun,    &kCreate, &kStart, &kExec, &kState,  &kWait, &kKill,  &kPause, &kResume,
    &kUpdate, &kDelete, &kList,  &kPs,   &kEvents, &kSpec, &kCheck, &kPlan,  &kFeatures,
};

static constexpr std::string_view kNotYet[] = {
    "checkpoint",
    "mounts",
    "restore",
};

static constexpr spec::Program kProgram = {
    .name = "runtime",
    .summary = "Makes containers from OCI bundles.",
    .options = kOptions,
    .verbs = kVerbs,
    .not_yet = kNotYet,
    .details =
        "exit codes: 0; 1 failure; 2 wrong usage; of run and exec the program's own, with 128+n\n"
        "where signal n ended it, 125 where it could not start, 126 and 127 where it cannot be\n"
        "executed or is not there. RUNTIME_TRACE=/FILE in the environment is --trace into a file",
};

static Result<> protect(const Verb& verb, Options& options, char* const argv[])
{
    if (verb.enters == Enters::Nothing)
        return close_what_was_not_given(0, Stdio::Optional);
    // Executed again it closes them: what this opens closes itself.
    TRY(protect_own_file(argv));
    options.listen_fds = listen_fds();
    return close_what_was_not_given(options.given_fds(), Stdio::Required);
}

static Result<int> call_verb(const Verb& verb, Call& call, char* const argv[], Log& log)
{
    TRY(protect(verb, call.options, argv));
    log = TRY(Log::open(call.options));
    if (const char* manager = std::getenv("NOTIFY_SOCKET"))
        call.options.notify_socket = manager;
    if (call.options.root.empty())
        call.options.root = sys::folder_of_what_runs() + "/runtime";
    else
        TRY(check_root(call.options.root));
    return verb.run(call);
}

static Result<int> run(std::span<char* const> argv, Call& call, Log& log)
{
    auto line = TRY(spec::read_command_line(kProgram, argv.subspan(!argv.empty()), &call.options));
    if (!line.answer.empty()) {
        TRY(sys::print(line.answer));
        return 0;
    }
    if (call.options.trace)
        sys::trace_steps();
    call.arguments = std::move(line.arguments);
    const auto& verb = static_cast<const Verb&>(*line.verb);
    auto status = call_verb(verb, call, argv.data(), log);
    const std::string subject = format("{}{}{}", verb.name, call.id.empty() ? "" : " ", call.id);
    for (const auto& notice : call.notices)
        log.tell(notice, subject, call.options);
    if (status)
        return status;
    status.error().doing = format("{}: {}", subject, status.error().doing);
    call.ends_as_program = verb.ends_as_program;
    if (auto& ends_with = status.error().status; verb.ends_as_program)
        ends_with = ends_with == Status::Failure ? Status::CannotStart : ends_with;
    return status;
}

}  // namespace runtime

int main(int argc, char** argv)
{
    sys::steps_of("RUNTIME");
    runtime::Call call;
    runtime::Log log;
    const auto status = runtime::run({argv, static_cast<std::size_t>(argc)}, call, log);
    if (status)
        return *status;
    log.tell(status.error(), call.options);
    const Status why = status.error().status;
    return static_cast<int>(call.ends_as_program || why == Status::Usage ? why : Status::Failure);
}
