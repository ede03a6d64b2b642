// What a verb tells people, as text and as JSON: under each heading rows of named values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runtime {

struct Value {
    std::string name = {};
    std::variant<std::string, std::uint64_t, std::vector<std::string>> is = {};
};
using Row = std::vector<Value>;

struct Heading {
    std::string name = {};
    std::vector<Row> rows = {};
};

// Of text values that are empty nothing is shown.
std::string as_text(const std::vector<Heading>& headings);
// [{"step": name, "does": [{name: value, ...}, ...]}, ...]
std::string as_json(const std::vector<Heading>& headings);

}  // namespace runtime
