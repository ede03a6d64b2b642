// How the parts of a tree open what is in it.
#pragma once

#include <string_view>

#include "sys/fd.hpp"

namespace fetcher {

// openat2(2) below `root` as if that were "/"; "" is the root itself. errno where it fails.
enum class Symlinks : bool { Follow, Refuse };
sys::Fd open_below(const sys::Fd& root, std::string_view path, int flags, Symlinks symlinks);

}  // namespace fetcher
