#include "sys/signals.hpp"

#include <signal.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

namespace sys {

// Linux numbers them from 1 to 64. The C library keeps the first two of the real-time ones for
// itself, in its own name for RTMIN; the kernel's is 32.
static constexpr int kMost = 64;
static constexpr int kRtMin = 34;

struct Name {
    std::string_view name;
    int number;
};
static constexpr Name kNames[] = {
    {"HUP", SIGHUP},       {"INT", SIGINT},     {"QUIT", SIGQUIT}, {"ILL", SIGILL},
    {"TRAP", SIGTRAP},     {"ABRT", SIGABRT},   {"IOT", SIGABRT},  {"BUS", SIGBUS},
    {"FPE", SIGFPE},       {"KILL", SIGKILL},   {"USR1", SIGUSR1}, {"SEGV", SIGSEGV},
    {"USR2", SIGUSR2},     {"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
    {"STKFLT", SIGSTKFLT}, {"CHLD", SIGCHLD},   {"CLD", SIGCHLD},  {"CONT", SIGCONT},
    {"STOP", SIGSTOP},     {"TSTP", SIGTSTP},   {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},
    {"URG", SIGURG},       {"XCPU", SIGXCPU},   {"XFSZ", SIGXFSZ}, {"VTALRM", SIGVTALRM},
    {"PROF", SIGPROF},     {"WINCH", SIGWINCH}, {"IO", SIGIO},     {"POLL", SIGIO},
    {"PWR", SIGPWR},       {"SYS", SIGSYS},     {"RTMIN", kRtMin}, {"RTMAX", kMost},
};

static bool read_number(std::string_view text, int& into)
{
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), into);
    return error == std::errc() && stop == text.data() + text.size() && text[0] != '-';
}

Result<int> read_signal(std::string_view word)
{
    const auto unknown = failed("\"{}\" is no signal", word);
    int number = 0;
    if (!word.empty() && read_number(word, number))
        return number <= kMost ? Result<int>(number) : unknown;

    std::string name(word);
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    if (name.starts_with("SIG"))
        name.erase(0, 3);
    const auto sign = name.find_first_of("+-");
    const auto* found =
        std::ranges::find(kNames, std::string_view(name).substr(0, sign), &Name::name);
    if (found == std::end(kNames))
        return unknown;
    if (sign == name.npos)
        return found->number;
    // RTMIN+3, RTMAX-2
    const bool up = name[sign] == '+';
    const int base = up ? kRtMin : kMost;
    if (found->number != base || !read_number(std::string_view(name).substr(sign + 1), number) ||
        number > kMost - kRtMin)
        return unknown;
    return up ? base + number : base - number;
}

sigset_t block_signals()
{
    sigset_t signals;
    ::sigfillset(&signals);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2}) {
        struct sigaction now = {};
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN)
            ::sigdelset(&signals, signal);
    }
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    return signals;
}

}  // namespace sys
