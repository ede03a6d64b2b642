// What a program has to say, as a line for other programs.
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace sys {

// A JSON object and a newline: level, msg, time, and of an error what is known of code, step, path
// (a JSON pointer), line, column, errno, hint.
std::string log_line(std::string_view level, const std::string& text, const Error* error);

}  // namespace sys
