// What else a program's tables are good for: its manual page, and its words for a shell to
// complete.
#pragma once

#include <string>

#include "spec/options.hpp"

namespace spec {

// A page of section 1, as man(7) has it: `program --help=man`.
std::string manual_text(const Program& program);

// A script for bash to source: `program --help=bash`. Verbs, options, ids (as `program list -q`
// tells them) and signals; all else is a file.
std::string completion_text(const Program& program);

}  // namespace spec
