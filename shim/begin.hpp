// What `run` and `launch` have in common: their options, and what they make of them.
#pragma once

#include "shim/container.hpp"
#include "shim/image_options.hpp"
#include "shim/verbs.hpp"

namespace shim {

inline constexpr spec::Option kBeginOptions[] = {
    spec::option<&Options::name>("name", 0, "ID", "what it is called (else twelve digits)"),
    spec::option<&Options::id_file>("id-file", 0, "FILE", "the id goes there"),
    spec::option<&Options::remove>("rm", 0, "", "leaves no record, log or sandbox"),
    spec::option<&Options::terminal>("tty", 't', "",
                                     "at a terminal; config.json of a bundle has to say so, too"),
    spec::option<&Options::stop_signal>("stop-signal", 0, "SIGNAL",
                                        "asks it to end (the image's, or TERM)"),
    spec::option<&Options::stop_timeout>("stop-timeout", 0, "TIME", "then SIGKILL (10s)"),
};

// The container that was asked for, as far as that can be said without taking its id; call.id is
// that.
Result<Container> begin(Call& call);

}  // namespace shim
