// What `run` and `launch` have in common: their options, and what they make of them.
#pragma once

#include "shim/container.hpp"
#include "shim/verbs.hpp"

namespace shim {

Result<> decided_by_config(void* options, std::string_view word);  // a row's store: it refuses

inline constexpr spec::Option kBeginOptions[] = {
    spec::option<&Options::name>("name", 0, "ID", "what it is called (else twelve digits)"),
    spec::option<&Options::id_file>("id-file", 0, "FILE", "the id goes there"),
    spec::option<&Options::remove>("rm", 0, "", "leaves no record, log or sandbox"),
    spec::option<&Options::terminal>("tty", 't', "",
                                     "at a terminal; config.json has to say so, too"),
    spec::option<&Options::stop_signal>("stop-signal", 0, "SIGNAL", "asks it to end (TERM)"),
    spec::option<&Options::stop_timeout>("stop-timeout", 0, "TIME", "then SIGKILL (10s)"),
    // Of images; with a bundle, config.json has decided.
    {"cap-add", 0, "NAME", "of an image only, as the rest of these", decided_by_config},
    {"cap-drop", 0, "NAME", "", decided_by_config},
    {"cpus", 0, "NUMBER", "", decided_by_config},
    {"entrypoint", 0, "WORD", "", decided_by_config},
    {"env", 'e', "NAME=VALUE", "", decided_by_config},
    {"hostname", 0, "NAME", "", decided_by_config},
    {"memory", 'm', "SIZE", "", decided_by_config},
    {"mount", 0, "MOUNT", "", decided_by_config},
    {"network", 0, "NAME", "", decided_by_config},
    {"pids-limit", 0, "NUMBER", "", decided_by_config},
    {"privileged", 0, "", "", decided_by_config},
    {"read-only", 0, "", "", decided_by_config},
    {"user", 'u', "USER", "", decided_by_config},
    {"volume", 'v', "MOUNT", "", decided_by_config},
    {"workdir", 'w', "DIR", "", decided_by_config},
};

// The container that was asked for, as far as that can be said without taking its id; call.id is
// that.
Result<Container> begin(Call& call);

}  // namespace shim
