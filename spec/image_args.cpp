#include "spec/image_args.hpp"

namespace spec {

static Words joined(Words first, const Words& second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

Result<Words> docker_args(const ImageCommand& image, const std::optional<std::string>& entrypoint,
                          const Words& words)
{
    Words args;
    if (!entrypoint)
        args = joined(image.entrypoint, words.empty() ? image.cmd : words);
    else
        args = joined(entrypoint->empty() ? Words() : Words{*entrypoint}, words);
    if (args.empty())
        return failed("no command is given, and {}",
                      entrypoint ? "--entrypoint \"\" drops those of the image"
                                 : "the image has neither Entrypoint nor Cmd");
    return args;
}

Result<Words> mesos_args(const ImageCommand& image, const MesosCommand& command)
{
    if (command.shell && !command.value)
        return failed("a shell is asked for, and no value for it to run is given");
    if (command.shell)
        return Words{"/bin/sh", "-c", *command.value};
    if (command.value)
        return joined({*command.value}, command.arguments);
    if (image.entrypoint.empty() && image.cmd.empty())
        return failed("no value is given, and the image has neither Entrypoint nor Cmd");
    if (command.arguments.empty())
        return joined(image.entrypoint, image.cmd);
    return joined(image.entrypoint.empty() ? Words{image.cmd[0]} : image.entrypoint,
                  command.arguments);
}

}  // namespace spec
