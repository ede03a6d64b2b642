// A pipeline is a list of named steps; the name is what an error, a trace and a test call it by.
#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include "spec/result.hpp"

namespace sys {

template <class Context>
struct Step {
    std::string_view name;
    Result<> (*run)(Context&);
};

// What surrounds every step. For tests and for people who look for lost time, by environment,
// where PROGRAM is what main has said:
//   PROGRAM_FAIL_AT=name,...   the step fails, once, instead of being run
//   PROGRAM_KILL_AT=name,...   the process dies there, as if by SIGKILL
//   PROGRAM_STOP_AT=name,...   it stops there until it gets SIGCONT
//   PROGRAM_TRACE=1            prints on standard error what each step cost, in microseconds;
//   PROGRAM_TRACE=/file        appends it to this file, for processes without standard error
void steps_of(std::string_view program);

// As if PROGRAM_TRACE=1 were in the environment, unless something else is.
void trace_steps();

// Of the processes that take over from one that died: the steps of the second are called name@2.
void begin_life(unsigned number);

Result<> begin_step(std::string_view name);
void end_step(std::string_view name, std::chrono::steady_clock::time_point began);

// Runs one step, and names it where it fails.
template <class Run>
Result<> run_step(std::string_view name, Run&& run)
{
    const auto began = std::chrono::steady_clock::now();
    auto done = begin_step(name);
    if (done)
        done = std::forward<Run>(run)();
    if (done) {
        end_step(name, began);
        return done;
    }
    done.error().doing = format("{}: {}", name, done.error().doing);
    if (done.error().step.empty())
        done.error().step = name;
    return done;
}

// Runs the steps in order and stops at the first that fails. `before` is told each name first.
template <class Context>
Result<> run_steps(std::span<const Step<Context>> steps, Context& context,
                   void (*before)(Context&, std::string_view name) = nullptr)
{
    for (const auto& step : steps) {
        if (before)
            before(context, step.name);
        TRY(run_step(step.name, [&] { return step.run(context); }));
    }
    return {};
}

}  // namespace sys
