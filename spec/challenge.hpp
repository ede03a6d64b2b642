// What a server asks for (WWW-Authenticate, RFC 9110, 11.6.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/json_map.hpp"

namespace spec {

struct Challenge {
    std::string scheme = {};           // in lower case: "bearer"
    std::string token = {};            // token68, where it has one instead of parameters
    Map<std::string> parameters = {};  // names in lower case
};

// All challenges of one header line. What is no challenge ends the list there.
std::vector<Challenge> read_challenges(std::string_view header);

}  // namespace spec
