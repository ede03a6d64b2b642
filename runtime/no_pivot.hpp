// "/" of a container where pivot_root(2) cannot be: on an initramfs, whose root cannot be
// unmounted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// Lets go of all mounts of the host but the one at "/", has the root file system over that one, and
// changes root to it; then "/" gets its own `propagation` (0: as it is). `proc` is the host's
// /proc. No ".." leads to what is beneath, but whoever may unmount can lay it bare: pivot() is
// better.
Result<> move_root(const sys::Fd& root, unsigned long propagation, const sys::Fd& proc);

// A line of /proc/PID/mountinfo.
struct MountLine {
    std::uint64_t id = 0;
    std::uint64_t parent = 0;
    std::string path = {};  // as seen from the root of that process
};
Result<std::vector<MountLine>> parse_mounts(std::string_view text);

}  // namespace runtime
