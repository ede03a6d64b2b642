// The first process of a container, from clone3 to execve.
#pragma once

#include "runtime/making.hpp"
#include "runtime/plan.hpp"
#include "runtime/posture.hpp"
#include "runtime/rootfs.hpp"
#include "runtime/verbs.hpp"
#include "spec/state.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"

namespace runtime {

// What init works with: all of it made by the parent, and gone with execve.
struct Init {
    const Options& options;
    const Bundle& bundle;
    const spec::State& state;
    const Plan& plan;
    const Groups& groups;
    sys::Fd& start_socket;
    Posture posture;
    sys::Channel parent = {};
    sys::Fd root = {};  // of the container, detached
    MountSources sources = {};
    sys::Fd null = {};  // the host's /dev/null
    sys::Fd proc = {};  // the host's /proc, across the pivot
};

// Runs in the clone: returns only where something failed, after it has told the parent.
int run_init(Init& init);

}  // namespace runtime
