// image: Docker and OCI images become layers in a store, and root file systems.

#include <unistd.h>

#include <span>

#include "image/verbs.hpp"
#include "sys/file.hpp"
#include "sys/steps.hpp"

namespace image {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::store>("store", 0, "DIR",
                                  "where images are kept "
                                  "(/var/lib/davit/store)"),
};

static constexpr const spec::Verb* kVerbs[] = {
    &kPull, &kLs, &kInspect, &kRm, &kBundle, &kUnbundle, &kUnpack,
};

static constexpr std::string_view kNotYet[] = {"config", "gc",     "mount",
                                               "prune",  "umount", "verify"};

static constexpr spec::Program kProgram = {
    .name = "image",
    .summary = "Brings images into a store, and makes root file systems of them.",
    .options = kOptions,
    .verbs = kVerbs,
    .not_yet = kNotYet,
};

// What cannot be told is lost: there is nobody left to tell.
static void tell(const std::string& sentence)
{
    (void)sys::write_all(STDERR_FILENO, format("image: {}\n", sentence));
}

static Result<> run(std::span<char* const> argv, Call& call)
{
    auto line = TRY(spec::read_command_line(kProgram, argv.subspan(!argv.empty()), &call.options));
    if (!line.answer.empty()) {
        TRY_TO(sys::write_all(STDOUT_FILENO, line.answer), "standard output");
        return {};
    }
    call.arguments = std::move(line.arguments);
    const auto& verb = static_cast<const Verb&>(*line.verb);
    auto done = verb.run(call);
    const std::string subject =
        format("{}{}{}", verb.name, call.subject.empty() ? "" : " ", call.subject);
    for (const auto& notice : call.notices)
        tell(format("{}: {}", subject, notice));
    if (!done)
        done.error().doing = format("{}: {}", subject, done.error().doing);
    return done;
}

}  // namespace image

int main(int argc, char** argv)
{
    sys::steps_of("IMAGE");
    image::Call call;
    const auto done = image::run({argv, static_cast<std::size_t>(argc)}, call);
    if (done)
        return 0;
    image::tell(done.error().message());
    return static_cast<int>(done.error().status);
}
