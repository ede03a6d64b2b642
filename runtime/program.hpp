// The program of a container: found as execvp(3) would find it, and its environment.
#pragma once

#include <string>
#include <vector>

#include "spec/result.hpp"

namespace runtime {

// The value of a variable, the last one given; null where there is none.
const char* variable(const std::vector<std::string>& environment, std::string_view name);

// Of variables given more than once the last one stays.
std::vector<std::string> last_of_each(const std::vector<std::string>& environment);

// The path to execute for `name`, looked up in the current root and folder as the current user.
// Errors have Status::NotFound or Status::CannotExecute.
Result<std::string> find_program(const std::string& name, const char* path);

// execve(2); returns only on failure.
Result<> execute(const std::string& program, const std::vector<std::string>& args,
                 const std::vector<std::string>& environment);

}  // namespace runtime
