// A container in the making: what `create` and `run` carry from step to step, and own until it is
// whole.
#pragma once

#include <string>

#include "runtime/init.hpp"
#include "runtime/plan.hpp"
#include "runtime/state_dir.hpp"
#include "runtime/verbs.hpp"
#include "spec/state.hpp"
#include "sys/process.hpp"

namespace runtime {

// The members are in the order in which they are made: what fails half-way is undone in reverse.
struct Container {
    const Options& options;
    const std::string& id;
    Bundle bundle = {};
    Plan plan = {};
    spec::State state = {};
    std::optional<StateDir> state_dir = {};
    sys::Fd root = {};
    sys::Channel init_channel = {};
    sys::Process init = {};
};

// Up to an init that has set up everything and waits for a word.
Result<> make_container(Container& container);

}  // namespace runtime
