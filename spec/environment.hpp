// Environments as lists of NAME=value, and what `-e` and `--env-file` make of them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/result.hpp"

namespace spec {

using Environment = std::vector<std::string>;

std::optional<std::string_view> find_variable(const Environment& environment,
                                              std::string_view name);
// In the place of one of that name, else at the end.
void set_variable(Environment& environment, std::string_view name, std::string_view value);
void set_if_absent(Environment& environment, std::string_view name, std::string_view value);

// `-e NAME=VALUE`, or `-e NAME`: as the caller has it. If the caller has none, the container has
// none either, whatever the image says, as in Docker.
struct EnvironmentWord {
    std::string name = {};
    std::optional<std::string> value = {};
};
Result<> read_word(std::string_view word, EnvironmentWord& into);  // spec/options.hpp
void apply(Environment& environment, std::span<const EnvironmentWord> words,
           const Environment& caller);

// The largest file for --env-file, in bytes.
inline constexpr std::size_t kEnvironmentFileMost = std::size_t{1} << 20;

// Docker's rules: a line is NAME=VALUE, taken as it stands (no quotes, no escapes); or NAME, as the
// caller has it, else the line says nothing. Space before the name, empty lines and those that
// begin with "#" are skipped. `name` of the file stands in front of messages.
Result<std::vector<EnvironmentWord>> read_environment_file(std::string_view text,
                                                           std::string_view name,
                                                           const Environment& caller);

}  // namespace spec
