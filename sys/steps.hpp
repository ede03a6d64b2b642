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

// What surrounds every step. For tests and for people who look for lost time, by environment,
// where PROGRAM is what main has said:
//   PROGRAM_FAIL_AT=name   the step fails instead of being run
//   PROGRAM_KILL_AT=name   the process dies there, as if by SIGKILL
//   PROGRAM_TRACE=1        prints on standard error what each step cost, in microseconds
// A process that takes over from one that died has another life: its steps are called name@2.
void steps_of(std::string_view program);
void begin_another_life();
Result<> begin_step(std::string_view name);
void end_step(std::string_view name);

// Runs the steps in order and stops at the first that fails, naming it. `before` is told each
// name first.
template <class Context>
Result<> run_steps(std::span<const Step<Context>> steps, Context& context,
                   void (*before)(Context&, std::string_view name) = nullptr)
{
    for (const auto& step : steps) {
        if (before)
            before(context, step.name);
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
