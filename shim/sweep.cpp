// What processes that were killed left where it has no id.
#include <fcntl.h>
#include <unistd.h>

#include "shim/launch.hpp"
#include "shim/record.hpp"
#include "shim/recover.hpp"
#include "shim/runtime_call.hpp"
#include "spec/id.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace shim {

static Result<> sweep_records(const sys::Fd& records)
{
    const auto names = TRY(sys::names_in(records));
    for (const auto& name : names) {
        if (!name.starts_with(kHalfMade) && !name.starts_with(kHalfRemoved))
            continue;
        const auto folder = sys::open_at(records.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
        if (!folder)
            continue;
        const bool ours = TRY(lock(*folder));
        if (ours)
            TRY(sys::remove_tree(records, name));
    }
    return {};
}

static bool has_entry(const sys::Fd& folder, const std::string& name)
{
    return folder && (::faccessat(folder.get(), name.c_str(), F_OK, 0) == 0 || errno != ENOENT);
}

// A record is made before its sandbox and removed after it. What runs without one still uses it.
static Result<> sweep_sandboxes(const sys::Fd& records, const sys::Fd& running,
                                const sys::Fd& sandboxes)
{
    const auto names = TRY(sys::names_in(sandboxes));
    for (const auto& name : names)
        if (spec::check_id(name) && !has_entry(records, name) && !has_entry(running, name))
            TRY(sys::remove_tree(sandboxes, name));
    return {};
}

// A run folder whose record is lost.
struct Orphan {
    std::string name = {};
    sys::Fd folder = {};
    std::string token = {};
};

static Result<bool> has_record(const sys::Fd& records, const std::string& token)
{
    const auto names = TRY(sys::names_in(records));
    for (const auto& name : names)
        if (const auto record =
                sys::open_at(records.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)) {
            const auto found = token_of(*record);
            if (found && *found == token)
                return true;
        }
    return false;
}

// One that is ours, whose record is lost and whose guards are dead, in this order: records are made
// before run folders, and removed after them.
static Result<std::optional<Orphan>> find_orphan(const sys::Fd& records, const sys::Fd& running,
                                                 const std::string& name)
{
    auto folder = sys::open_at(running.get(), name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!folder)
        return std::nullopt;
    const auto owner = read_if_there(*folder, kOwnersFile);
    const auto token = read_if_there(*folder, kTokenFile);
    const std::string ours = TRY(token_of(records));
    if (!owner || !token || *owner != ours || !*token)
        return std::nullopt;
    const bool recorded = TRY(has_record(records, **token));
    if (recorded)
        return std::nullopt;
    const bool dead = TRY(lock(*folder));
    if (!dead)
        return std::nullopt;
    return Orphan{.name = name, .folder = std::move(*folder), .token = **token};
}

static Result<> sweep_running(const Places& places, const sys::Fd& records, const sys::Fd& running)
{
    const auto names = TRY(sys::names_in(running));
    for (const auto& name : names) {
        auto orphan = TRY(find_orphan(records, running, name));
        if (!orphan)
            continue;
        if (!spec::check_id(name)) {  // it has not had its name yet, so nothing runs
            TRY(sys::remove_tree(running, name));
            continue;
        }
        Container container{.places = places};
        container.runtime = TRY(find_runtime());
        container.launch.id = name;
        container.token = orphan->token;
        container.folder = std::move(orphan->folder);
        TRY_TO(clear_away(container), "{}", name);
    }
    return {};
}

static Result<sys::Fd> open_if_there(const std::string& path)
{
    auto folder = sys::open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    return folder || folder.error().code != ENOENT ? std::move(folder) : sys::Fd();
}

Result<> sweep(const Places& places)
{
    const sys::Fd records = TRY(open_if_there(places.records()));
    if (!records)
        return {};
    TRY(sweep_records(records));
    const sys::Fd running = TRY(open_if_there(places.running()));
    if (running)
        TRY(sweep_running(places, records, running));
    const sys::Fd sandboxes = TRY(open_if_there(places.sandboxes()));
    return sandboxes ? sweep_sandboxes(records, running, sandboxes) : Result<>();
}

}  // namespace shim
