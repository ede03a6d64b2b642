// What `shim` can do: one verb per file in shim/verbs/, each with its own table of options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "shim/fetch_request.hpp"
#include "spec/container_options.hpp"
#include "spec/duration.hpp"
#include "spec/options.hpp"
#include "spec/pull_options.hpp"

namespace shim {

// Everything that a command line can say. Which verb takes which is in the verb's table.
struct Options : spec::ContainerOptions, spec::PullOptions {
    std::string root = {};
    std::string data = {};
    std::string log = {};

    std::string name = {};
    std::string id_file = {};
    bool remove = false;
    bool interactive = false;
    bool terminal = false;
    std::string stop_signal = {};  // empty: what the image says, or TERM
    spec::Duration stop_timeout = {10'000};
    spec::PullPolicy pull = spec::PullPolicy::Missing;
    std::vector<FetchRequest> files = {};
    std::string of_image = {};               // the first option that is for an image only
    std::vector<std::string> given_on = {};  // those that `image` is to hear, as --name=value

    std::optional<spec::Duration> timeout = {};
    bool follow = false;
    std::optional<std::uint32_t> tail = {};
    bool force = false;
    bool quiet = false;
    bool json = false;
};

// One command, as a verb sees it and says what became of it.
struct Call {
    Options options = {};
    std::vector<std::string> arguments = {};
    std::string id = {};                    // of the container, once it is known: errors name it
    std::vector<std::string> notices = {};  // errors that did not stop the verb
    unsigned closed = 0;                    // bit N: our caller has left us no descriptor N
};

// For a verb that needs descriptor 0, 1 or 2: fails where it is closed.
Result<> check_open(const Call& call, unsigned number);

struct Verb : spec::Verb {
    Result<int> (*run)(Call&);            // ends with this status
    Status fails_with = Status::Failure;  // where an error says no more than that
};

extern const Verb kDestroy;
extern const Verb kFetch;
extern const Verb kImage;
extern const Verb kKill;
extern const Verb kLaunch;
extern const Verb kList;
extern const Verb kLogs;
extern const Verb kRecover;
extern const Verb kRemove;
extern const Verb kRun;
extern const Verb kStatus;
extern const Verb kWait;

}  // namespace shim
