// How the kernel treats a process of a container: its turn on a CPU and at a disk, where its memory
// is, and what machine it is told to be on. All of it is inherited by what it executes.
#pragma once

#include "spec/config_linux.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"

namespace runtime {

// Of this thread. More than a user could have by himself needs CAP_SYS_NICE of the host.
Result<> set_scheduler(const spec::Scheduler& scheduler);      // sched_setattr(2)
Result<> set_io_priority(const spec::IoPriority& priority);    // ioprio_set(2)
Result<> set_memory_policy(const spec::MemoryPolicy& policy);  // set_mempolicy(2)
Result<> set_personality(const spec::Personality& personality);

}  // namespace runtime
