// The container's own socket for sd_notify(3). Engines and units of systemd have NOTIFY_SOCKET in
// the environment of `create` or `run`: then the program has one, too, of its own. Whoever starts
// the program (`start`, `run`) with NOTIFY_SOCKET waits there until it says that it is ready, and
// passes on that alone.
#pragma once

#include <sys/types.h>

#include <string>

#include "runtime/mounts.hpp"
#include "runtime/state_dir.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/notify.hpp"

namespace runtime {

// Gives the program one: a folder in that of the container's state, a mount of it, a variable. A
// program that has NOTIFY_SOCKET from its config.json keeps that: its engine cares for it.
Result<> give_notify_socket(const StateDir& dir, const std::string& root, spec::Process& process,
                            std::vector<MountOp>& mounts);

class NotifySocket {
public:
    NotifySocket() = default;
    // Empty where `manager` is (NOTIFY_SOCKET), or where the container has none.
    static Result<NotifySocket> open(const StateDir& dir, const std::string& manager);

    explicit operator bool() const { return static_cast<bool>(socket_); }
    const sys::Fd& fd() const { return socket_; }

    // Reads what is there. Once the program is ready the manager is told, and this is closed.
    Result<> pass_on(pid_t main, sys::Then then);

    // Until then, or until the container's first process ends; an error where one of `interrupts`
    // (a signalfd, or none) comes first.
    Result<> wait(pid_t pid, const sys::Fd& init, const sys::Fd& interrupts);

private:
    sys::Fd socket_ = {};
    sys::Fd manager_ = {};
};

}  // namespace runtime
