// The first process of a container, from clone3 to execve.
#pragma once

#include <string>

#include "runtime/plan.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/verbs.hpp"
#include "spec/state.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"

namespace runtime {

// What init and its parent say to each other, in this order.
enum class Word : char {
    Go = 'G',        // parent: you are on record, begin
    Hooks = 'H',     // init: all is mounted, have the hooks run that are yours; then Go again
    Terminal = 'T',  // init, where there is one: here is its master
    Ready = 'R',     // init: all is set up, the program was found
    Start = 'S',     // parent, or `start`: execute it
    Wait = 'W',      // parent: wait for `start` instead
};

// What init works with: all of it made by the parent, and gone with execve.
struct Init {
    const Options& options;
    const Bundle& bundle;
    const spec::State& state;
    const Plan& plan;
    const Groups& groups;
    const sys::Fd& start_socket;
    sys::Channel parent = {};
    sys::Fd root = {};  // of the container, detached
    MountSources sources = {};
    sys::Fd null = {};  // the host's /dev/null
    sys::Fd proc = {};  // the host's /proc, across the pivot
    bool in_working_folder = false;
    std::string program = {};  // what was found for args[0]
    std::vector<std::string> environment = {};
};

// Runs in the clone: returns only where something failed, after it has told the parent.
int run_init(Init& init);

}  // namespace runtime
