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

// The container's control groups, gone with all that runs in them unless kept.
class MadeGroups {
public:
    MadeGroups() = default;
    explicit MadeGroups(Groups groups) : groups_(std::move(groups)) {}
    MadeGroups(const MadeGroups&) = delete;
    MadeGroups& operator=(MadeGroups&& other) noexcept
    {
        std::swap(groups_, other.groups_);
        return *this;
    }
    ~MadeGroups();

    Groups& operator*() { return *groups_; }
    Groups* operator->() { return &*groups_; }
    void keep() { groups_.reset(); }

private:
    std::optional<Groups> groups_ = {};
};

// The members are in the order in which they are made: what fails half-way is undone in reverse.
struct Container {
    const Options& options;
    const std::string& id;
    Bundle bundle = {};
    Plan plan = {};
    spec::State state = {};
    std::optional<StateDir> state_dir = {};
    std::optional<Groups> planned_groups = {};
    MadeGroups groups = {};
    sys::Fd root = {};
    sys::Channel init_channel = {};
    sys::Process init = {};
    sys::Fd terminal = {};  // the master of it, where it has one
};

// Up to an init that has set up everything and waits for a word.
Result<> make_container(Container& container);

}  // namespace runtime
