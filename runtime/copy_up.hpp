// The mount option tmpcopyup: a tmpfs that begins as a copy of the folder that it hides.
#pragma once

#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// Copies the folder `from` into the empty file system `to`, which nobody else sees yet: files,
// folders, symbolic links, nodes; their modes, owners, times, and extended attributes as far as a
// tmpfs takes them. `options` are those of the mount: what they say of its root stays.
// Both must be open for reading. Whatever is in `from` may be hostile: no link in it is followed.
Result<> copy_up(const sys::Fd& from, const sys::Fd& to, std::string_view options);

}  // namespace runtime
