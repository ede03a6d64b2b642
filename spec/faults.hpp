// A JSON text for people who mend it: everything that is wrong with it in one pass.
#pragma once

#include <string_view>
#include <vector>

#include "spec/json.hpp"

namespace spec {

enum class Unknown : bool { Skipped, Told };  // properties
inline constexpr std::size_t kFaultsMost = 100;

// As read_json(), and goes on after what is wrong, as if it were not there: at most kFaultsMost are
// told, and nothing that follows a mistake of syntax.
std::vector<Error> find_faults(const Table& table, void* into, std::string_view text,
                               std::string_view name, std::span<const std::string_view> refused,
                               Unknown unknown);

}  // namespace spec
