#include "sys/steps.hpp"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "sys/file.hpp"

namespace sys {

namespace {

struct Wishes {
    const char* trace = nullptr;
    std::string fail_at = {};
    std::string kill_at = {};
    std::string stop_at = {};
    unsigned life = 1;
};
Wishes wishes;

std::string shown(std::string_view name)
{
    return wishes.life == 1 ? std::string(name) : format("{}@{}", name, wishes.life);
}

// Where in the list the name is: what stands alone between commas.
std::size_t find(const std::string& list, std::string_view name)
{
    if (list.empty())
        return list.npos;
    const std::string wanted = format(",{},", shown(name));
    return format(",{},", list).find(wanted);
}

}  // namespace

void steps_of(std::string_view program)
{
    const auto wish = [&](const char* what) {
        return std::getenv(format("{}_{}", program, what).c_str());
    };
    const auto list = [&](const char* what) {
        const char* names = wish(what);
        return std::string(names ? names : "");
    };
    wishes = {.trace = wish("TRACE"),
              .fail_at = list("FAIL_AT"),
              .kill_at = list("KILL_AT"),
              .stop_at = list("STOP_AT")};
}

void trace_steps()
{
    if (!wishes.trace)
        wishes.trace = "1";
}

void begin_life(unsigned number)
{
    wishes.life = number;
}

Result<> begin_step(std::string_view name)
{
    if (const auto at = find(wishes.fail_at, name); at != wishes.fail_at.npos) {
        wishes.fail_at.replace(at, shown(name).size(), "");
        return failed("failed on request");
    }
    if (find(wishes.kill_at, name) != wishes.kill_at.npos)
        __builtin_trap();  // the first process of a PID namespace cannot send itself SIGKILL
    if (find(wishes.stop_at, name) != wishes.stop_at.npos)
        (void)::raise(SIGSTOP);
    return {};
}

void end_step(std::string_view name, std::chrono::steady_clock::time_point began)
{
    if (!wishes.trace)
        return;
    const auto took = std::chrono::steady_clock::now() - began;
    const std::string line =
        format("{:>8} us  {}\n",
               std::chrono::duration_cast<std::chrono::microseconds>(took).count(), shown(name));
    // Never made: in another root it would be somebody else's.
    Fd file;
    if (*wishes.trace == '/')
        if (auto opened = open_at(AT_FDCWD, wishes.trace, O_WRONLY | O_APPEND | O_NONBLOCK))
            file = std::move(*opened);
    (void)!::write(file ? file.get() : STDERR_FILENO, line.data(), line.size());
}

}  // namespace sys
