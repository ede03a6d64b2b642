// runtime: makes containers from OCI bundles.

#include <cstdio>
#include <span>

#include "runtime/protect.hpp"
#include "runtime/state_dir.hpp"
#include "runtime/verbs.hpp"
#include "spec/version.hpp"

namespace runtime {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::debug>("debug", 0, "",
                                  "tell warnings, and errors with their line of source"),
    spec::option<&Options::root>("root", 0, "DIR", "where state is kept (/run/davit/runtime)"),
    spec::option<&Options::version>("version", 'v', "", "what this is"),
};

static constexpr const spec::Verb* kVerbs[] = {
    &kRun,
    &kSpec,
};

static constexpr spec::Program kProgram = {
    .name = "runtime",
    .summary = "Makes containers from OCI bundles.",
    .options = kOptions,
    .verbs = kVerbs,
};

static Result<int> print(std::string_view text)
{
    if (std::fwrite(text.data(), 1, text.size(), stdout) < text.size() || std::fflush(stdout) < 0)
        return failed_sys("write to standard output");
    return 0;
}

static Result<> protect(const Verb& verb, char* const argv[])
{
    const bool enters = verb.enters == Enters::Container;
    TRY(close_what_was_not_given(0, enters ? Stdio::Required : Stdio::Optional));
    return enters ? protect_own_file(argv) : Result<>();
}

static Result<int> call_verb(const Verb& verb, Call& call, char* const argv[])
{
    TRY(protect(verb, argv));
    return verb.run(call);
}

static Result<int> run(std::span<char* const> argv, Call& call)
{
    const auto words = argv.subspan(!argv.empty());
    auto line = TRY(spec::read_command_line(kProgram, words, &call.options));
    if (!line.help.empty())
        return print(line.help);
    if (call.options.version)
        return print(spec::version_text(kProgram.name));
    if (!line.verb)
        return failed_with(Status::Usage, "no verb; --help lists them");
    if (call.options.root.empty())
        call.options.root = default_root();
    call.arguments = std::move(line.arguments);
    const auto& verb = static_cast<const Verb&>(*line.verb);
    auto status = call_verb(verb, call, argv.data());
    const std::string subject = format("{}{}{}", verb.name, call.id.empty() ? "" : " ", call.id);
    // Success is silent: engines take what stands on standard error for a failure.
    for (const auto& warning : call.warnings)
        if (call.options.debug)
            (void)std::fputs(format("runtime: {}: warning: {}\n", subject, warning).c_str(),
                             stderr);
    if (status)
        return status;
    status.error().doing = format("{}: {}", subject, status.error().doing);
    if (status.error().status == Status::Failure)
        status.error().status = verb.failure;
    return status;
}

// The only place that prints an error.
static int report(const Error& error, const Options& options)
{
    std::string text = format("runtime: {}\n", error.message());
    if (options.debug)
        text += format("at {}:{}\n", error.where.file_name(), error.where.line());
    (void)std::fputs(text.c_str(), stderr);
    return static_cast<int>(error.status);
}

}  // namespace runtime

int main(int argc, char** argv)
{
    runtime::Call call;
    const auto status = runtime::run({argv, static_cast<std::size_t>(argc)}, call);
    return status ? *status : runtime::report(status.error(), call.options);
}
