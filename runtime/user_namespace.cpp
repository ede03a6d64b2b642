#include "runtime/user_namespace.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "runtime/identity.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace runtime {

// The kernel takes a map of 340 lines, in one write of less than a page.
static constexpr std::size_t kLinesMost = 340;
static constexpr std::size_t kMapMost = 4095;
static constexpr std::size_t kMapFileMost = std::size_t{1} << 16;  // it is read with padding

std::string map_text(const IdMap& map)
{
    std::string text;
    for (const auto& line : map)
        text += format("{} {} {}\n", line.container_id, line.host_id, line.size);
    return text;
}

Result<IdMap> parse_map(std::string_view text)
{
    IdMap map;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        std::uint32_t numbers[3] = {};
        for (auto& number : numbers) {
            line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
            const auto [end, error] = std::from_chars(line.begin(), line.end(), number);
            if (error != std::errc())
                return failed("a line that is no mapping of ids");
            line.remove_prefix(static_cast<std::size_t>(end - line.begin()));
        }
        map.push_back({.container_id = numbers[0], .host_id = numbers[1], .size = numbers[2]});
    }
    return map;
}

std::optional<std::uint32_t> host_id(const IdMap& map, std::uint32_t id)
{
    for (const auto& line : map)
        if (id >= line.container_id && id - line.container_id < line.size)
            return line.host_id + (id - line.container_id);
    return std::nullopt;
}

Result<> check_lines(const IdMap& map)
{
    return map.size() > kLinesMost || map_text(map).size() > kMapMost
               ? failed("{} mappings are more than the kernel takes", map.size())
               : Result<>();
}

static Result<> check_map(const IdMap& map, std::string_view name)
{
    if (map.empty())
        return failed("config.json: /linux/{}: is missing, and a new user namespace needs it",
                      name);
    TRY_TO(check_lines(map), "config.json: /linux/{}", name);
    return {};
}

static constexpr std::string_view kConfigUser = "config.json: /process/user";

static Result<> check_ids(const spec::User& user, const IdMap& uids, const IdMap& gids,
                          std::string_view name)
{
    constexpr auto sentence = "{}/{}: {} is not mapped";
    if (!host_id(uids, user.uid))
        return failed(sentence, name, "uid", user.uid);
    if (!host_id(gids, user.gid))
        return failed(sentence, name, "gid", user.gid);
    for (std::size_t i = 0; i < user.additional_gids.size(); ++i)
        if (!host_id(gids, user.additional_gids[i]))
            return failed(sentence, name, format("additionalGids/{}", i), user.additional_gids[i]);
    return {};
}

Result<> check_user_namespace(const spec::Linux& linux, const spec::User& user,
                              const Namespaces& namespaces)
{
    const IdMap& uids = linux.uid_mappings;
    const IdMap& gids = linux.gid_mappings;
    if (!namespaces.has(CLONE_NEWUSER)) {
        if (!uids.empty() || !gids.empty())
            return failed("config.json: /linux: uidMappings and gidMappings need a user namespace");
        return {};
    }
    if (!(namespaces.made & CLONE_NEWUSER))
        return {};
    TRY(check_map(uids, "uidMappings"));
    TRY(check_map(gids, "gidMappings"));
    return check_ids(user, uids, gids, kConfigUser);
}

static Result<> write_map(const std::string& path, const IdMap& map)
{
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, path, O_WRONLY));
    const std::string text = map_text(map);
    if (::write(file.get(), text.data(), text.size()) < 0)
        return failed_sys("write {} mappings to {}", map.size(), path);
    return {};
}

static Result<IdMap> read_map(const std::string& path)
{
    const std::string text = TRY(sys::read_proc_file(AT_FDCWD, path, kMapFileMost));
    return TRY_TO(parse_map(text), "{}", path);
}

// The kernel may list them in another order.
static bool same(IdMap one, IdMap other)
{
    std::ranges::sort(one, {}, &spec::IdMapping::container_id);
    std::ranges::sort(other, {}, &spec::IdMapping::container_id);
    return map_text(one) == map_text(other);
}

// The mapped root may lower its limits only, however high the host's root may set them.
static Result<> raise_limits(pid_t pid, const std::vector<spec::Rlimit>& limits)
{
    for (const auto& limit : limits) {
        const auto resource = static_cast<__rlimit_resource>(limit.type);
        rlimit value = {};
        if (::prlimit(pid, resource, nullptr, &value) < 0)
            return failed_sys("read {}", spec::word(limit.type));
        if (limit.hard <= value.rlim_max)
            continue;
        value.rlim_max = limit.hard;
        if (::prlimit(pid, resource, &value, nullptr) < 0)
            return failed_sys("let {} be set to {}", spec::word(limit.type), limit.hard);
    }
    return {};
}

Result<> prepare_user_namespace(pid_t init, const spec::Linux& linux, const spec::Process& process,
                                const Namespaces& namespaces)
{
    if (!namespaces.has(CLONE_NEWUSER))
        return {};
    const IdMap& uids = linux.uid_mappings;
    const IdMap& gids = linux.gid_mappings;
    if (namespaces.made & CLONE_NEWUSER) {
        TRY_TO(write_map(format("/proc/{}/uid_map", init), uids),
               "config.json: /linux/uidMappings");
        TRY_TO(write_map(format("/proc/{}/gid_map", init), gids),
               "config.json: /linux/gidMappings");
    }
    const IdMaps maps = TRY(maps_of(format("{}", init)));
    // Engines repeat the mappings of a namespace that they join.
    if (!uids.empty() && !same(uids, maps.uids))
        return failed("config.json: /linux/uidMappings: are not those of the user namespace");
    if (!gids.empty() && !same(gids, maps.gids))
        return failed("config.json: /linux/gidMappings: are not those of the user namespace");
    return prepare_member(init, maps, process, kConfigUser);
}

Result<IdMaps> maps_of(const std::string& process)
{
    IdMaps maps;
    maps.uids = TRY(read_map(format("/proc/{}/uid_map", process)));
    maps.gids = TRY(read_map(format("/proc/{}/gid_map", process)));
    return maps;
}

static int wait_for_the_end(void*)
{
    for (;;)
        ::pause();
}

Result<sys::Fd> make_id_maps(const IdMaps& maps)
{
    const sys::Process holder = TRY(sys::spawn_worker(wait_for_the_end, nullptr, CLONE_NEWUSER));
    TRY_TO(write_map(format("/proc/{}/uid_map", holder.pid()), maps.uids), "uidMappings");
    TRY_TO(write_map(format("/proc/{}/gid_map", holder.pid()), maps.gids), "gidMappings");
    return sys::open_at(AT_FDCWD, format("/proc/{}/ns/user", holder.pid()), O_RDONLY);
}

Result<> prepare_member(pid_t pid, const IdMaps& maps, const spec::Process& process,
                        std::string_view user)
{
    TRY(check_ids(process.user, maps.uids, maps.gids, user));
    if (const auto uid = host_id(maps.uids, process.user.uid))
        TRY(own_stdio(*uid));
    return raise_limits(pid, process.rlimits);
}

// 0, or the first id of a map that does not have it.
static Result<std::uint32_t> root_of(const IdMap& map)
{
    if (map.empty())
        return failed("a user namespace has no mappings");
    return host_id(map, 0) ? 0 : map[0].container_id;
}

Result<> become_root_of(const IdMaps& maps)
{
    const std::uint32_t uid = TRY(root_of(maps.uids));
    const std::uint32_t gid = TRY(root_of(maps.gids));
    // The kernel's calls, for the C library's would reach for other threads.
    if (::syscall(SYS_setgroups, 0, nullptr) < 0)
        return failed_sys("let go of the host's groups");
    if (::syscall(SYS_setresgid, gid, gid, gid) < 0)
        return failed_sys("become group {}", gid);
    if (::syscall(SYS_setresuid, uid, uid, uid) < 0)
        return failed_sys("become user {}", uid);
    // With that we may have become dumpable, and still hold things of the host.
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return {};
}

}  // namespace runtime
