// What `image` can do: one verb per file in image/verbs/, each with its own table of options.
#pragma once

#include <string>
#include <vector>

#include "spec/container_options.hpp"
#include "spec/options.hpp"
#include "spec/pull_options.hpp"

namespace image {

// Everything that a command line can say. Which verb takes which is in the verb's table.
struct Options : spec::ContainerOptions, spec::PullOptions {
    std::string store = {};
    std::string log = {};
    spec::PullPolicy pull = spec::PullPolicy::Never;
    std::string name = {};
    bool terminal = false;
    bool json = false;
};

// One command, as a verb sees it.
struct Call {
    Options options = {};
    std::vector<std::string> arguments = {};
    std::string subject = {};               // the image, once it is known: errors name it
    std::vector<std::string> notices = {};  // what did not stop the verb
};

struct Verb : spec::Verb {
    Result<> (*run)(Call&);
};

extern const Verb kBundle;
extern const Verb kInspect;
extern const Verb kLs;
extern const Verb kPull;
extern const Verb kRm;
extern const Verb kUnbundle;
extern const Verb kUnpack;

}  // namespace image
