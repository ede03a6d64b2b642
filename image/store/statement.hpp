// One statement of SQL with its values, carried out.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "spec/result.hpp"

namespace image {

using Values = std::initializer_list<std::string_view>;

// A row that a statement gives; NULL reads as "".
class Row {
public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}
    std::string text(int column) const;

private:
    sqlite3_stmt* statement_;
};

// `values` take the places of the ?s, as text. `each` sees the rows.
Result<> run_sql(sqlite3* database, std::string_view sql, Values values = {},
                 const std::function<void(const Row&)>& each = {});

}  // namespace image
