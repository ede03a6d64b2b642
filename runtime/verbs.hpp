// What `runtime` can do: one verb per file, each with its own table of options.
#pragma once

#include <span>
#include <string>

#include "spec/options.hpp"

namespace runtime {

// Everything that a command line can say. Which verb takes which is in the verb's table.
struct Options {
    bool debug = false;
    bool version = false;
    std::string bundle = ".";
};

struct Verb : spec::Verb {
    // Ends with the program's exit status.
    Result<int> (*run)(const Options&, std::span<const std::string> arguments);
};

extern const Verb kSpec;

}  // namespace runtime
