// A file that is to be in the sandbox before the container runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"

namespace shim {

struct FetchRequest {
    std::string uri = {};
    std::string name = {};    // in the sandbox; empty: the last part of the URI
    std::string sha256 = {};  // 64 hexadecimal digits; empty: any
    bool extract = true;      // if it is an archive
    bool executable = false;
};

// src=URI[,dst=NAME][,sha256=HEX][,extract[=no]][,executable]; a comma of the URI is %2C.
Result<> read_word(std::string_view word, FetchRequest& into);

// What `fetcher --json` reads.
std::string write(const std::vector<FetchRequest>& requests);

}  // namespace shim
