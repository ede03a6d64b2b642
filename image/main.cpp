// image: Docker and OCI images become layers in a store, and root file systems.

#include <signal.h>

#include "image/verbs.hpp"
#include "sys/command.hpp"
#include "sys/self.hpp"
#include "sys/steps.hpp"

namespace image {

static constexpr spec::Option kOptions[] = {
    spec::option<&Options::store>("store", 0, "DIR",
                                  "where images are kept "
                                  "(/var/lib/davit/store)"),
    spec::option<&Options::log>("log", 0, "FILE",
                                "errors go to its end, as lines of JSON, not to standard error"),
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

static Result<int> call_verb(const spec::Verb& verb, Call& call)
{
    TRY(sys::mend_inheritance());
    // A child that dies is told of by its own last word, not by the pipe that it leaves.
    if (::signal(SIGPIPE, SIG_IGN) == SIG_ERR)
        return failed_sys("ignore SIGPIPE");
    TRY(static_cast<const Verb&>(verb).run(call));
    return 0;
}

}  // namespace image

int main(int argc, char** argv)
{
    sys::steps_of("IMAGE");
    image::Call call;
    return sys::run_command(
        image::kProgram, {argv, static_cast<std::size_t>(argc)},
        {&call.options, call.arguments, call.subject, call.notices, call.options.log},
        [&](const spec::Verb& verb) { return image::call_verb(verb, call); });
}
