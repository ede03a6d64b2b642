// Prints the JSON pointer of every property that the tables of config.json know, one per line; "*"
// stands for any element or key. For scripts/coverage.

#include <cstdio>

#include "spec/config_tables.hpp"

namespace {

void print(const spec::Table& table, const std::string& above)
{
    for (const auto& field : table.fields) {
        if (!field.type)  // another platform's section
            continue;
        std::string pointer = format("{}/{}", above, field.name);
        std::puts(pointer.c_str());
        for (const auto* type = field.type; type->element; type = type->element)
            pointer += "/*";
        if (field.table)
            print(*field.table, pointer);
    }
}

}  // namespace

int main()
{
    print(spec::kConfig, "");
}
