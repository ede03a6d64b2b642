// What a program does around its verbs: it reads the command line, calls the verb that is meant,
// and tells what became of it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "spec/options.hpp"

namespace sys {

// The parts of a program's own struct that a command line goes into.
struct Command {
    void* options = nullptr;
    std::vector<std::string>& arguments;
    std::string& subject;               // what it is about, once that is known
    std::vector<std::string>& notices;  // sentences about what did not stop the verb
    const std::string& log;             // a file: what is told is told there, as sys::log_line()
};

// Returns what main() is to. `run` returns the program's status; of its errors and of the notices
// each becomes a line on standard error, or of the log, "program: verb subject: ...".
int run_command(const spec::Program& program, std::span<char* const> argv, const Command& command,
                const std::function<Result<int>(const spec::Verb&)>& run);

}  // namespace sys
