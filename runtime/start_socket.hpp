// Where a created container waits for `start`: a listening socket in its state folder. The folder
// is root's alone. Whether somebody listens tells `created` from `running`: init closes it when
// only execve is left to do, so that whoever hears of that from `start` finds it closed.
#pragma once

#include <optional>

#include "runtime/state_dir.hpp"
#include "spec/result.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"

namespace runtime {

// Made before init is, which inherits it; nobody can reach it until it is opened.
Result<sys::Fd> make_start_socket();
Result<> open_start_socket(const sys::Fd& socket, const StateDir& dir);

// Init: waits for somebody who says Word::Start. What goes wrong from then on is told to him.
Result<sys::Channel> wait_at_start_socket(const sys::Fd& socket);

// Whether init waits there.
Result<bool> waits_for_start(const StateDir& dir);

// `start`: says the word and hears it back; nothing where nobody waits, or somebody else was first.
Result<std::optional<sys::Channel>> start_at_socket(const StateDir& dir);

}  // namespace runtime
