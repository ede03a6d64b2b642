#include "image/store/database.hpp"

#include <charconv>

#include "image/store/statement.hpp"

namespace image {

namespace {

constexpr int kPatienceMs = 60'000;  // for other processes, whose transactions are short

// The number in user_version is that of this layout.
constexpr std::string_view kLayout[] = {
    "CREATE TABLE images(reference TEXT PRIMARY KEY, digest TEXT, manifest TEXT, config TEXT,"
    " size TEXT, pulled TEXT) WITHOUT ROWID",
    "CREATE TABLE leases(id TEXT PRIMARY KEY, holder TEXT) WITHOUT ROWID",
    "CREATE TABLE uses(owner TEXT, object TEXT, PRIMARY KEY(owner, object)) WITHOUT ROWID",
    "PRAGMA user_version = 1",
};
constexpr std::string_view kVersion = "1";

std::string owner_of_image(const std::string& reference)
{
    return "image " + reference;
}

std::string owner_of_lease(const std::string& id)
{
    return "lease " + id;
}

ImageRecord image_of(const Row& row)
{
    ImageRecord image = {row.text(0), row.text(1), row.text(2), row.text(3), 0, row.text(5)};
    const std::string size = row.text(4);
    std::from_chars(size.data(), size.data() + size.size(), image.size);
    return image;
}

constexpr std::string_view kImageColumns = "reference, digest, manifest, config, size, pulled";

}  // namespace

void Database::Close::operator()(sqlite3* handle) const
{
    sqlite3_close(handle);
}

Result<Database> Database::open(const std::string& path)
{
    sqlite3* made = nullptr;
    const int status = sqlite3_open_v2(
        path.c_str(), &made,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    Database database{std::unique_ptr<sqlite3, Close>(made)};
    if (status != SQLITE_OK)
        return failed("open {}: {}", path, made ? sqlite3_errmsg(made) : "no memory");
    sqlite3_busy_timeout(made, kPatienceMs);
    TRY(run_sql(made, "PRAGMA journal_mode = WAL"));
    TRY(run_sql(made, "PRAGMA synchronous = FULL"));
    TRY_TO(database.lay_out(), "{}", path);
    return database;
}

Result<> Database::lay_out() const
{
    std::string version;
    const auto look = [&] {
        return run_sql(handle_.get(), "PRAGMA user_version", {},
                       [&](const Row& row) { version = row.text(0); });
    };
    const auto make = [&]() -> Result<> {
        TRY(look());  // another process may have been first
        if (version != "0")
            return {};
        for (const auto sql : kLayout)
            TRY(run_sql(handle_.get(), sql));
        version = kVersion;
        return {};
    };
    TRY(look());
    if (version == "0")
        TRY(change(make));
    return version == kVersion
               ? Result<>()
               : failed("it is of a newer davit (layout {}, known is {})", version, kVersion);
}

Result<> Database::change(const std::function<Result<>()>& what) const
{
    TRY(run_sql(handle_.get(), "BEGIN IMMEDIATE"));
    auto done = what();
    if (done)
        done = run_sql(handle_.get(), "COMMIT");
    if (!done)
        (void)run_sql(handle_.get(), "ROLLBACK");
    return done;
}

Result<> Database::use(const std::string& owner, Objects objects) const
{
    for (const auto& object : objects)
        TRY(run_sql(handle_.get(), "INSERT OR IGNORE INTO uses VALUES(?, ?)", {owner, object}));
    return {};
}

Result<> Database::forget(const std::string& owner) const
{
    return run_sql(handle_.get(), "DELETE FROM uses WHERE owner = ?", {owner});
}

Result<> Database::add_lease(const Lease& lease, Objects objects) const
{
    return change([&]() -> Result<> {
        TRY(run_sql(handle_.get(), "INSERT OR REPLACE INTO leases VALUES(?, ?)",
                    {lease.id, lease.holder}));
        return use(owner_of_lease(lease.id), objects);
    });
}

Result<> Database::end_lease(const std::string& id) const
{
    return change([&]() -> Result<> {
        TRY(run_sql(handle_.get(), "DELETE FROM leases WHERE id = ?", {id}));
        return forget(owner_of_lease(id));
    });
}

Result<> Database::keep_image(const ImageRecord& image, Objects objects) const
{
    const std::string size = std::to_string(image.size);
    return change([&]() -> Result<> {
        TRY(forget(owner_of_image(image.reference)));
        TRY(run_sql(
            handle_.get(), "INSERT OR REPLACE INTO images VALUES(?, ?, ?, ?, ?, ?)",
            {image.reference, image.digest, image.manifest, image.config, size, image.pulled}));
        return use(owner_of_image(image.reference), objects);
    });
}

Result<bool> Database::forget_image(const std::string& reference) const
{
    bool there = false;
    const auto done = change([&]() -> Result<> {
        TRY(run_sql(handle_.get(), "DELETE FROM images WHERE reference = ?", {reference}));
        there = sqlite3_changes(handle_.get()) > 0;
        return forget(owner_of_image(reference));
    });
    TRY(done);
    return there;
}

Result<std::vector<ImageRecord>> Database::images() const
{
    std::vector<ImageRecord> images;
    TRY(run_sql(handle_.get(), format("SELECT {} FROM images ORDER BY reference", kImageColumns),
                {}, [&](const Row& row) { images.push_back(image_of(row)); }));
    return images;
}

Result<std::optional<ImageRecord>> Database::find_image(const std::string& reference) const
{
    std::optional<ImageRecord> found;
    TRY(run_sql(handle_.get(), format("SELECT {} FROM images WHERE reference = ?", kImageColumns),
                {reference}, [&](const Row& row) { found = image_of(row); }));
    return found;
}

Result<> Database::while_nobody_begins(
    const std::function<Result<>(const std::set<std::string>&)>& sweep) const
{
    return change([&]() -> Result<> {
        std::set<std::string> used;
        TRY(run_sql(handle_.get(), "SELECT DISTINCT object FROM uses", {},
                    [&](const Row& row) { used.insert(row.text(0)); }));
        return sweep(used);
    });
}

}  // namespace image
