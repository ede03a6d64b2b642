#include "sys/steps.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace sys {

namespace {

struct Wishes {
    const char* fail_at = nullptr;
    const char* kill_at = nullptr;
    bool trace = false;
    unsigned life = 1;
};
Wishes wishes;

bool is_at(const char* wish, std::string_view name)
{
    if (!wish)
        return false;
    return wishes.life == 1 ? name == wish : format("{}@{}", name, wishes.life) == wish;
}

}  // namespace

void steps_of(std::string_view program)
{
    const auto wish = [&](const char* what) {
        return std::getenv(format("{}_{}", program, what).c_str());
    };
    wishes = {
        .fail_at = wish("FAIL_AT"), .kill_at = wish("KILL_AT"), .trace = wish("TRACE") != nullptr};
}

void begin_another_life()
{
    ++wishes.life;
}

static std::chrono::steady_clock::time_point began;

Result<> begin_step(std::string_view name)
{
    if (is_at(wishes.fail_at, name))
        return failed("failed on request");
    if (is_at(wishes.kill_at, name))
        __builtin_trap();  // the first process of a PID namespace cannot send itself SIGKILL
    began = std::chrono::steady_clock::now();
    return {};
}

void end_step(std::string_view name)
{
    if (!wishes.trace)
        return;
    const auto took = std::chrono::steady_clock::now() - began;
    const std::string line =
        format("{:>8} us  {}\n",
               std::chrono::duration_cast<std::chrono::microseconds>(took).count(), name);
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sys
