// `runtime`, as the shim calls it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shim/container.hpp"
#include "sys/program.hpp"

namespace shim {

// The program beside our own file, which is where it is installed.
Result<std::string> find_runtime();

// What `runtime` is told beside the id.
struct Words {
    std::vector<std::string> options = {};
    std::vector<std::string> arguments = {};  // after the id
};

// At work. What it has to say goes to a log in memory, which no full disk and no missing folder
// takes away.
struct RuntimeWorker {
    sys::Process process = {};
    sys::Fd log = {};
};

// Begins `runtime VERB OPTIONS... -- ID ARGUMENTS...`. It sees no container but the one that was
// created for this record.
Result<RuntimeWorker> begin_runtime(const Container& container, std::string_view verb, Words words,
                                    sys::Stdio stdio);

// What became of it: the error is the one that it has logged. All that it has logged goes to
// runtime.log in the shim's folder, for whoever wants to know.
Result<> runtime_result(const Container& container, const sys::Fd& log, int status);

// From begin to end.
Result<> call_runtime(const Container& container, std::string_view verb,
                      std::vector<std::string> options = {},
                      std::vector<std::string> arguments = {});

// What `state` says that it is now.
Result<spec::ContainerStatus> ask_runtime_status(const Container& container);

// Its record of the container, read where it has one; ENOENT where it has none.
Result<spec::State> read_runtime_state(const Container& container);

// It has just been created: what shim and keeper each note of that.
Result<> note_state(Container& container);

}  // namespace shim
