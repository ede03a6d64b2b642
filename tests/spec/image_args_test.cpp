// Entrypoint, Cmd and the caller's words: every cell of Mesos' table, and of Docker's.
#include "spec/image_args.hpp"

#include "tests/spec/expect.hpp"

using namespace spec;

namespace {

// In the columns of both tables: neither, Cmd, Entrypoint, both.
ImageCommand image(int column)
{
    return {.entrypoint = column & 2 ? Words{"/entry", "e"} : Words{},
            .cmd = column & 1 ? Words{"/cmd", "c"} : Words{}};
}

std::string outcome(const Result<Words>& words)
{
    return words ? joined(*words) : "error";
}

}  // namespace

Test(image_args, mesos)
{
    struct Row {
        bool shell, value, arguments;
        const char* cells[4];
    };
    static constexpr Row kRows[] = {
        {false, false, false, {"error", "/cmd c", "/entry e", "/entry e /cmd c"}},
        {false, false, true, {"error", "/cmd x y", "/entry e x y", "/entry e x y"}},
        {false, true, false, {"value", "value", "value", "value"}},
        {false, true, true, {"value x y", "value x y", "value x y", "value x y"}},
        {true, false, false, {"error", "error", "error", "error"}},
        {true, false, true, {"error", "error", "error", "error"}},
        {true,
         true,
         false,
         {"/bin/sh -c value", "/bin/sh -c value", "/bin/sh -c value", "/bin/sh -c value"}},
        {true,
         true,
         true,
         {"/bin/sh -c value", "/bin/sh -c value", "/bin/sh -c value", "/bin/sh -c value"}},
    };
    for (const auto& [shell, value, arguments, cells] : kRows)
        for (int column = 0; column < 4; column++) {
            const MesosCommand command = {
                .shell = shell,
                .value = value ? std::optional<std::string>("value") : std::nullopt,
                .arguments = arguments ? Words{"x", "y"} : Words{}};
            expect_same(outcome(mesos_args(image(column), command)), cells[column]);
        }
}

Test(image_args, docker)
{
    struct Row {
        const char* entrypoint;  // as --entrypoint has it
        bool words;
        const char* cells[4];
    };
    static constexpr Row kRows[] = {
        {nullptr, false, {"error", "/cmd c", "/entry e", "/entry e /cmd c"}},
        {nullptr, true, {"x y", "x y", "/entry e x y", "/entry e x y"}},
        {"/own", false, {"/own", "/own", "/own", "/own"}},
        {"/own", true, {"/own x y", "/own x y", "/own x y", "/own x y"}},
        {"", false, {"error", "error", "error", "error"}},
        {"", true, {"x y", "x y", "x y", "x y"}},
    };
    for (const auto& [entrypoint, words, cells] : kRows)
        for (int column = 0; column < 4; column++)
            expect_same(outcome(docker_args(
                            image(column),
                            entrypoint ? std::optional<std::string>(entrypoint) : std::nullopt,
                            words ? Words{"x", "y"} : Words{})),
                        cells[column]);
}

Test(image_args, errors_say_what_is_missing)
{
    expect_same(docker_args({}, {}, {}).error().message(),
                "no command is given, and the image has neither Entrypoint nor Cmd");
    expect_same(docker_args(image(3), "", {}).error().message(),
                "no command is given, and --entrypoint \"\" drops those of the image");
    expect_same(mesos_args(image(0), {.arguments = {"x"}}).error().message(),
                "no value is given, and the image has neither Entrypoint nor Cmd");
    expect_same(mesos_args(image(3), {.shell = true}).error().message(),
                "a shell is asked for, and no value for it to run is given");
}
