// The end of a container: what still runs of it, its groups and its record go, in this order, so
// that whoever is stopped half-way can do it again.
#pragma once

#include <optional>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/state_dir.hpp"
#include "runtime/verbs.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

struct Removal {
    StateDir& dir;
    std::vector<Notice>& notices;        // what did not stop it
    const spec::State* state = nullptr;  // what is on record, where anything is
    std::optional<Groups> groups = {};   // none: this host has none of them
    std::optional<sys::Fd> init = {};    // while it lives
    // Whether all that is in the groups is the container's: while it was not known that nobody else
    // is in there, it may be anybody's.
    bool groups_are_ours = true;
};
Result<> remove_container(Removal& removal);

// All of them, and those that do not die in ten seconds are an error.
Result<> kill_container(Removal& removal);

}  // namespace runtime
