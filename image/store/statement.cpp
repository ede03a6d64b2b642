#include "image/store/statement.hpp"

#include <memory>

namespace image {

std::string Row::text(int column) const
{
    const auto* text = sqlite3_column_text(statement_, column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return text ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

Result<> run_sql(sqlite3* database, std::string_view sql, Values values,
                 const std::function<void(const Row&)>& each)
{
    sqlite3_stmt* made = nullptr;
    int status =
        sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &made, nullptr);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(made, sqlite3_finalize);
    int place = 0;
    for (const auto value : values)
        if (status == SQLITE_OK)
            status = sqlite3_bind_text(made, ++place, value.data(), static_cast<int>(value.size()),
                                       SQLITE_STATIC);
    if (status == SQLITE_OK)
        while ((status = sqlite3_step(made)) == SQLITE_ROW)
            if (each)
                each(Row(made));
    if (status != SQLITE_DONE)
        return failed("store.db: {}", sqlite3_errmsg(database));
    return {};
}

}  // namespace image
