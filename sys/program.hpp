// Other programs, as workers of this one.
#pragma once

#include <string>
#include <vector>

#include "spec/result.hpp"
#include "sys/process.hpp"

namespace sys {

// Whose numbers become 0, 1 and 2 of a program; -1: /dev/null.
struct Stdio {
    int in = -1;
    int out = -1;
    int err = -1;
};

// Executes the file words[0] with these words, our environment, no signal blocked, and no other
// descriptor of ours that is close-on-exec. The kernel kills it when we die.
Result<Process> start_program(const std::vector<std::string>& words, Stdio stdio);

}  // namespace sys
