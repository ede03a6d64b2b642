// SELinux: the label of a program, and that of what is mounted for it.
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace runtime {

// An error where there is to be one and this host cannot have it. "" is none.
Result<> check_selinux(const std::string& label);

// `proc` is the host's /proc. What this process executes next has the label; the keyrings that it
// makes until then have it.
Result<> label_on_execute(int proc, const std::string& label);
Result<> label_keyrings(int proc, const std::string& label);

// The options of a file system, with the label for all that it holds (mount(8), "context="); an
// option that is there already counts.
std::string with_context(std::string_view options, std::string_view label);

// That of one file system that takes no such option: `root` is its root, open with O_PATH. /proc
// must be the host's.
Result<> set_label(int root, const std::string& label);

}  // namespace runtime
