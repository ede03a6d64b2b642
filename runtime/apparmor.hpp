// The AppArmor profile that a program of a container is confined by (apparmor.rst of the kernel's
// documentation, "LSM"; aa_change_onexec(2)).
#pragma once

#include <string>

#include "spec/result.hpp"

namespace runtime {

// An empty profile asks for nothing; any other is an error where AppArmor is off on this host.
Result<> check_apparmor(const std::string& profile);

// From the next execve(2) of this thread on, and of those that it makes until then. `proc` is the
// host's /proc. An empty profile changes nothing.
Result<> confine_on_execute(int proc, const std::string& profile);

}  // namespace runtime
