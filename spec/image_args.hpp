// What a container of an image runs: the image's Entrypoint and Cmd, and what the caller has to say
// to them. Two rules, Docker's and Mesos', for two kinds of callers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"

namespace spec {

using Words = std::vector<std::string>;

// What an image has (spec/image_config.hpp); empty: nothing.
struct ImageCommand {
    Words entrypoint = {};
    Words cmd = {};
};

// Docker's rule, that of our command lines: `words` stand in place of Cmd; an `entrypoint` stands
// in place of Entrypoint and drops Cmd; where it is "", nothing stands there.
Result<Words> docker_args(const ImageCommand& image, const std::optional<std::string>& entrypoint,
                          const Words& words);

// Mesos' CommandInfo.
struct MesosCommand {
    bool shell = false;
    std::optional<std::string> value = {};
    Words arguments = {};
};

// Mesos' rule (its docs/container-image.md), for tasks that come as a CommandInfo:
//
//     shell  value  arguments   neither  Cmd             Entrypoint            both
//     no     no     no          error    Cmd             Entrypoint            Entrypoint Cmd
//     no     no     yes         error    Cmd[0] args     Entrypoint args       Entrypoint args
//     no     yes    no          value    value           value                 value
//     no     yes    yes         value args, everywhere
//     yes    no     any         error
//     yes    yes    any         /bin/sh -c value
//
// It is docker_args(image, value, arguments) but for three: with a Cmd alone, arguments follow
// Cmd[0], where Docker runs them as they are; with neither, arguments are an error, where Docker
// runs them; and Docker has no shell.
Result<Words> mesos_args(const ImageCommand& image, const MesosCommand& command);

}  // namespace spec
