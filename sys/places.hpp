// Where programs of ours keep what they have: root in the system's folders, others in their own
// (XDG Base Directory Specification).
#pragma once

#include <string>

namespace sys {

std::string folder_of_what_runs();   // /run/davit, or $XDG_RUNTIME_DIR/davit
std::string folder_of_what_lasts();  // /var/lib/davit, or $XDG_DATA_HOME/davit

// The folder that a variable names, with `below` after it; "" where it names none: one that is not
// absolute is as good as none.
std::string folder_of_variable(const char* variable, const char* below = "");

}  // namespace sys
