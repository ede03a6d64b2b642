// Work that several processes do at once, each a part of it. Each has a channel to its parent, by
// which its error comes, too.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "spec/result.hpp"
#include "sys/channel.hpp"

namespace fetcher {

struct Crew {
    std::size_t at_once = 4;
    // Part `number`, in a process of its own.
    std::function<Result<>(std::size_t number, const sys::Channel& parent)> work = {};
    // What it says, and that it has done its part.
    std::function<void(std::size_t number, const sys::Channel::Message&)> hear = {};
    std::function<Result<>(std::size_t number)> done = {};
    // Of a part, for an error.
    std::function<std::string(std::size_t number)> name = {};
    int interrupts = -1;  // a signalfd: a signal ends the work
};

// Returns when parts 0 to `count` - 1 are done, or at the first that fails; then all others are
// killed. This process must have one thread.
Result<> run_crew(std::size_t count, const Crew& crew);

}  // namespace fetcher
