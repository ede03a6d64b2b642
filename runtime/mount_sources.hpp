// What the parent opens for init of the mounts of a container, with the rights that only it has.
#pragma once

#include <vector>

#include "runtime/mounts.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// For each mount of a plan a detached one. One that is not open is init's to open.
using MountSources = std::vector<sys::Fd>;

// Who opens what: the mapped root of a user namespace may not reach the host's files; and nobody
// but the host's root may have the ids of a mount mapped.
enum class OpenedByParent : bool { WithMappedIds, All };

// What a bind binds, detached.
Result<sys::Fd> open_bound(const MountOp& op);

// `propagation` of the host's tree as the container sees it: MS_* with MS_REC.
Result<MountSources> open_sources(const std::vector<MountOp>& plan, unsigned long propagation,
                                  OpenedByParent which);

}  // namespace runtime
