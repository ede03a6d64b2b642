// Groups whose processes stand still: the freezer of v1, and of v2 the one that every group has
// (Linux 5.2). A hybrid host has both. There v1's is used, for engines look at that one, and what
// either has frozen counts as frozen.
//
// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst, .../cgroup-v2.rst "Core Interface
// Files"
#pragma once

#include "runtime/cgroup/tree.hpp"
#include "spec/result.hpp"

namespace runtime {

bool can_freeze(const Group& group);

// Whether the group is to stand still, by itself or by one above it: also where the last of its
// processes has not come to a halt yet. A group that is gone is not.
Result<bool> group_frozen(const Group& group);

// Returns when all in it stand still, or with an error after ten seconds: then it is to be thawed.
Result<> freeze_group(const Group& group);

// Lets the one group go on, as far as those above it allow.
Result<> thaw_group(const Group& group);

}  // namespace runtime
