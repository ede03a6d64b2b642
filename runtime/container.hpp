// A container in the making: what `create` and `run` carry from step to step, and own until it is
// whole.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "runtime/hooks.hpp"
#include "runtime/init.hpp"
#include "runtime/making.hpp"
#include "runtime/net_devices.hpp"
#include "runtime/notify_socket.hpp"
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
    std::optional<Groups> release() { return std::exchange(groups_, std::nullopt); }

private:
    std::optional<Groups> groups_ = {};
};

// The members are in the order in which they are made: what fails half-way is undone in reverse.
struct Container {
    const Options& options;
    const std::string& id;
    std::vector<Notice>& notices;
    Bundle bundle = {};
    Plan plan = {};
    spec::State state = {};
    std::optional<StateDir> state_dir = {};
    OwedHooks owed_hooks{notices};  // once all else is undone
    std::optional<Groups> planned_groups = {};
    MadeGroups groups = {};
    sys::Fd interrupts = {};    // a signalfd
    sys::Fd start_socket = {};  // of `create`
    sys::Fd console = {};       // connected to --console-socket
    sys::Fd pidfd_socket = {};  // connected to --pidfd-socket
    sys::Fd supervisor = {};    // of `run`: who gets the listener of the filter
    sys::Fd terminal = {};      // the master of it, where it has one
    sys::Fd root = {};
    sys::Channel init_channel = {};
    sys::Process init = {};
    MovedDevices net_devices = {};
    MadeFile pid_file = {};
    NotifySocket notify = {};  // of `run`
};

// Up to an init that has set up everything and waits for a word. From here on all signals are
// blocked; INT, TERM, HUP and QUIT stop the making and undo it.
Result<> make_container(Container& container);

// The same in two parts: up to its bundle, as read; and the rest.
Result<> begin_container(Container& container);
Result<> make_begun_container(Container& container);

// Where init is gone, the error is what it said before it went.
Result<> tell_init(Container& container, Word word);

// The next word of init, nothing where its end is closed.
Result<std::optional<sys::Channel::Message>> hear_from_init(const Container& container);

Result<> write_pid_file(Container& container);

// It is whole: on record as such, and stays when we are gone.
Result<> record_created(Container& container);
void keep(Container& container);

}  // namespace runtime
