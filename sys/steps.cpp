#include "sys/steps.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>

namespace sys {

static bool asked_for(const char* variable, std::string_view name)
{
    const char* value = std::getenv(variable);
    return value && name == value;
}

static std::chrono::steady_clock::time_point began;

Result<> begin_step(std::string_view name)
{
    if (asked_for("RUNTIME_FAIL_AT", name))
        return failed("failed on request");
    if (asked_for("RUNTIME_KILL_AT", name))
        __builtin_trap();  // the first process of a PID namespace cannot send itself SIGKILL
    began = std::chrono::steady_clock::now();
    return {};
}

void end_step(std::string_view name)
{
    if (!std::getenv("RUNTIME_TRACE"))
        return;
    const auto took = std::chrono::steady_clock::now() - began;
    const std::string line =
        format("{:>8} us  {}\n",
               std::chrono::duration_cast<std::chrono::microseconds>(took).count(), name);
    (void)!::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace sys
