// `runtime`, as the shim calls it. What it has to say goes to a log in the shim's folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shim/container.hpp"
#include "sys/program.hpp"

namespace shim {

// The program beside our own file, which is where it is installed.
Result<std::string> find_runtime();

// Begins `runtime VERB ID WORDS...`.
Result<sys::Process> begin_runtime(const Container& container, std::string_view verb,
                                   std::vector<std::string> words, sys::Stdio stdio);

// What became of it: the error is the one that it has logged.
Result<> runtime_result(const Container& container, int status);

// From begin to end.
Result<> call_runtime(const Container& container, std::string_view verb,
                      std::vector<std::string> words = {});

// What `state` says that it is now.
Result<spec::ContainerStatus> ask_runtime_status(const Container& container);

// Its record of the container, read where it has one; ENOENT where it has none.
Result<spec::State> read_runtime_state(const Container& container);

// It has just been created: what shim and keeper each note of that.
Result<> note_state(Container& container);

}  // namespace shim
