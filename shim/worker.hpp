// The programs `image` and `fetcher`, as the shim has them work for it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"
#include "sys/program.hpp"

namespace shim {

// The folder that our own file lies in.
Result<std::string> own_folder();

// Where it is installed: in ../libexec/davit of our own file, or, as in the folder of a build,
// beside it.
Result<std::string> find_worker(std::string_view name);

// One call. What goes wrong in it is told in a file that needs no room on any disk.
class Worker {
public:
    static Result<Worker> make(std::string_view name);

    // `words` follow the name and its --log.
    Result<sys::Process> begin(const std::vector<std::string>& words, sys::Stdio stdio) const;

    // What became of it, by what it ended with.
    Result<> result(int status) const;

private:
    std::string name_ = {};
    std::string path_ = {};
    sys::Fd log_ = {};
};

}  // namespace shim
