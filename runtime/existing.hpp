// A container that is there already: what is on record of it, and what it is now.
#pragma once

#include <functional>
#include <optional>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/state_dir.hpp"
#include "runtime/verbs.hpp"
#include "spec/state.hpp"
#include "sys/fd.hpp"

namespace runtime {

struct Existing {
    StateDir dir;
    bool recorded = true;  // else nothing of it was made but the folder
    spec::State state = {};
    std::optional<sys::Fd> init = {};  // its pidfd, while it lives
    spec::ContainerStatus status = spec::ContainerStatus::Stopped;
};

// "container does not exist" where there is none.
Result<Existing> find_existing(const Options& options, const std::string& id);

// The same for a folder that is open.
Result<Existing> look_at(StateDir dir);

// "container not running: it is stopped".
std::unexpected<Error> not_running(spec::ContainerStatus status);

// For a verb that changes what lives: nobody else makes, changes or removes it until we end. An
// error where it is being made or has stopped, or where somebody else is at it for ten seconds.
Result<Existing> find_to_change(const Options& options, const std::string& id);

// Of its groups, those that this host still has a hierarchy for.
Result<Groups> groups_of(const spec::State& state);

// The same for a verb that cannot do without: an error where it was made without any.
Result<Groups> needed_groups_of(const spec::State& state);

// Does it to the container that the first argument names, or with --regex to each whose id matches
// that POSIX extended regular expression. Then one that fails does not keep the others from it.
Result<int> for_each_named(Call& call,
                           const std::function<Result<>(const std::string& id)>& action);

}  // namespace runtime
