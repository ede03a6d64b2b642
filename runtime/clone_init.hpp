// How init comes to be: a clone in the namespaces that are made with it.
#pragma once

#include "runtime/init.hpp"
#include "spec/result.hpp"
#include "sys/channel.hpp"
#include "sys/process.hpp"

namespace runtime {

// A child of ours that runs init, and waits for Word::Go. `channel` is our end of the one whose
// other end is `init.parent`; that end is closed here.
Result<sys::Process> clone_init(Init& init, const sys::Channel& channel);

}  // namespace runtime
