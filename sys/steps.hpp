// A pipeline is a list of named steps; the name is what an error, a trace and a test call it by.
#pragma once

#include <span>
#include <string_view>

#include "spec/result.hpp"

namespace sys {

template <class Context>
struct Step {
    std::string_view name;
    Result<> (*run)(Context&);
};

// What surrounds every step. For tests and for people who look for lost time, by environment:
//   RUNTIME_FAIL_AT=name   the step fails instead of being run
//   RUNTIME_KILL_AT=name   the process dies there, as if by SIGKILL
//   RUNTIME_TRACE=1        prints on standard error what each step cost, in microseconds
Result<> begin_step(std::string_view name);
void end_step(std::string_view name);

// Runs the steps in order and stops at the first that fails, naming it.
template <class Context>
Result<> run_steps(std::span<const Step<Context>> steps, Context& context)
{
    for (const auto& step : steps) {
        auto done = begin_step(step.name);
        if (done)
            done = step.run(context);
        if (!done) {
            done.error().doing = format("{}: {}", step.name, done.error().doing);
            if (done.error().step.empty())
                done.error().step = step.name;
            return done;
        }
        end_step(step.name);
    }
    return {};
}

}  // namespace sys
