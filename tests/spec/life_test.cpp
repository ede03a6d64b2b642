#include "spec/life.hpp"

#include <criterion/criterion.h>

Test(life, what_was_written_is_read_again)
{
    const spec::ExitRecord record{
        .id = "web",
        .known = true,
        .code = 137,
        .signal = 9,
        .core = true,
        .oom =
            spec::OomRecord{.victim = "init", .cgroup = "/g", .limit = 32, .peak = 31, .kills = 1},
        .stage = "supervise",
        .reason = spec::EndReason::Oom,
        .message = "words",
        .started = "then",
        .finished = "now",
        .usage = {.cpu_user_us = 1, .cpu_system_us = 2, .memory_peak = 3}};
    const std::string text = spec::write(record);
    cr_expect_str_eq(text.c_str(),
                     "{\"id\":\"web\",\"known\":true,\"code\":137,\"signal\":9,\"core\":true,"
                     "\"oom\":{\"victim\":\"init\",\"cgroup\":\"/g\",\"limit\":32,\"peak\":31,"
                     "\"kills\":1},\"seccomp_call\":null,\"stage\":\"supervise\",\"reason\":"
                     "\"oom\",\"message\":\"words\","
                     "\"started\":\"then\",\"finished\":\"now\",\"usage\":{\"cpu_user_us\":1,"
                     "\"cpu_system_us\":2,\"memory_peak\":3}}");
    const auto again = spec::read_exit_record(text, "exit.json");
    cr_assert(again);
    cr_expect(spec::write(*again) == text);
}

Test(life, an_end_that_nobody_saw_has_no_code)
{
    const spec::ExitRecord record{.id = "web", .finished = "now"};
    const auto again = spec::read_exit_record(spec::write(record), "exit.json");
    cr_assert(again);
    cr_expect(!again->known);
    cr_expect(!again->code);
    cr_expect(!again->oom);
    cr_expect(again->reason == spec::EndReason::Unknown);
}

Test(life, a_launch_is_read_again_and_half_of_one_is_refused)
{
    const spec::LaunchRecord record{.id = "web", .bundle = "/b", .root = "/run/davit"};
    const auto again = spec::read_launch_record(spec::write(record), "launch.json");
    cr_assert(again);
    cr_expect(spec::write(*again) == spec::write(record));
    const auto half = spec::read_launch_record("{\"id\":\"web\"}", "launch.json");
    cr_assert(!half);
    cr_expect_str_eq(half.error().doing.c_str(), "launch.json:1:1: \"bundle\" is missing");
}
