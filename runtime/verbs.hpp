// What `runtime` can do: one verb per file, each with its own table of options.
#pragma once

#include <string>
#include <vector>

#include "spec/options.hpp"

namespace runtime {

// Everything that a command line can say. Which verb takes which is in the verb's table.
struct Options {
    bool debug = false;
    bool version = false;
    std::string root = {};
    std::string bundle = {};
};

// One command, as a verb sees it and says what became of it.
struct Call {
    Options options = {};
    std::vector<std::string> arguments = {};
    std::string id = {};                     // of the container, once it is known: errors name it
    std::vector<std::string> warnings = {};  // told with --debug
};

// Whether a process of ours becomes one of a container.
enum class Enters : bool { Nothing, Container };

struct Verb : spec::Verb {
    Result<int> (*run)(Call&);  // ends with the program's exit status
    Enters enters = Enters::Nothing;
    Status failure = Status::Failure;  // what a failure ends with that has no status of its own
};

extern const Verb kRun;
extern const Verb kSpec;

}  // namespace runtime
