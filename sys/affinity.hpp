// Which CPUs this thread runs on.
#pragma once

#include "spec/cpu_list.hpp"
#include "spec/result.hpp"

namespace sys {

// sched_setaffinity(2): on those of the list that there are and that its control group has, at
// least one; an empty list means all of those.
Result<> run_on(const spec::CpuList& cpus);

}  // namespace sys
