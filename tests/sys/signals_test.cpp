#include "sys/signals.hpp"

#include <criterion/criterion.h>
#include <signal.h>

Test(signals, are_read_by_name_and_by_number)
{
    struct Row {
        const char* word;
        int number;
    };
    constexpr Row rows[] = {
        {"TERM", SIGTERM},  {"SIGTERM", SIGTERM}, {"sigkill", SIGKILL}, {"9", 9},
        {"0", 0},           {"64", 64},           {"RTMIN", 34},        {"rtmin+3", 37},
        {"SIGRTMAX-2", 62}, {"IO", SIGIO},        {"POLL", SIGPOLL},    {"CLD", SIGCHLD},
    };
    for (const auto& [word, number] : rows) {
        const auto signal = sys::read_signal(word);
        cr_assert(signal.has_value(), "%s", word);
        cr_expect_eq(*signal, number, "%s", word);
    }
    for (const char* word : {"", "SIG", "FLY", "65", "-1", "9x", "RTMIN-1", "RTMIN+31", "TERM+1",
                             "RTMIN+", "99999999999999"})
        cr_expect_not(sys::read_signal(word).has_value(), "%s", word);
}
