#include "spec/result.hpp"

#include <criterion/criterion.h>

static Result<> missing_file()
{
    errno = ENOENT;
    return failed_sys("open {}", "/etc/shadow.conf");
}
static Result<int> read_config()
{
    TRY_TO(missing_file(), "read {}", "config");
    return 1;
}

Test(result, an_error_names_every_layer_the_object_and_the_errno_in_lower_case)
{
    const auto result = read_config();
    cr_assert(!result);
    const std::string message = result.error().message();
    cr_assert_str_eq(message.c_str(),
                     "read config: open /etc/shadow.conf: no such file or directory (ENOENT)");
}

Test(result, a_hint_stands_on_a_line_of_its_own)
{
    const Error error{.doing = "mount proc", .code = EPERM, .hint = "are you root?"};
    const std::string message = error.message();
    cr_assert_str_eq(message.c_str(),
                     "mount proc: operation not permitted (EPERM)\nhint: are you root?");
}

Test(result, an_unknown_errno_is_still_named)
{
    const std::string message = Error{.doing = "read", .code = 4095}.message();
    cr_assert_str_eq(message.c_str(), "read: error 4095");
}

Test(result, a_failure_remembers_where_it_was_written)
{
    const auto result = failed("no");
    const std::string file = result.error().where.file_name();
    cr_assert_str_eq(file.c_str(), "tests/spec/result_test.cpp");
}
