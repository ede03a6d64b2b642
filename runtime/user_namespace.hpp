// User namespaces: their maps, what is done for init from outside, and who init is inside.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/namespaces.hpp"
#include "spec/config_linux.hpp"
#include "spec/config_process.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

using IdMap = std::vector<spec::IdMapping>;

// A map as /proc/PID/uid_map has it: "container host size", a line each (user_namespaces(7)).
std::string map_text(const IdMap& map);
Result<IdMap> parse_map(std::string_view text);

// The host's name for an id; nothing where it is not mapped.
std::optional<std::uint32_t> host_id(const IdMap& map, std::uint32_t id);

Result<> check_lines(const IdMap& map);  // that they are not too many for the kernel

// What config.json says of a user namespace: mappings that fit one, with the program's ids in them.
Result<> check_user_namespace(const spec::Linux& linux, const spec::User& user,
                              const Namespaces& namespaces);

// The parent's part, while init waits and still is the host's root: writes the maps of a new user
// namespace, or proves those of a joined one, then does what the mapped root may not do itself.
Result<> prepare_user_namespace(pid_t init, const spec::Linux& linux, const spec::Process& process,
                                const Namespaces& namespaces);

// Both maps of a user namespace, as the one who reads them sees them: of the process "self", or of
// one by its number.
struct IdMaps {
    IdMap uids = {};
    IdMap gids = {};

    bool operator==(const IdMaps&) const = default;
};
Result<IdMaps> maps_of(const std::string& process);

// A new user namespace that is nobody's but for its maps: the kernel maps the ids of a mount by it.
Result<sys::Fd> make_id_maps(const IdMaps& maps);

// The parent's part again, for a process in a namespace that has its maps. `user` is how an error
// calls its user.
Result<> prepare_member(pid_t pid, const IdMaps& maps, const spec::Process& process,
                        std::string_view user);

// Init's part: becomes the root of its user namespace, or, where that is not mapped, the first id.
Result<> become_root_of(const IdMaps& maps);

}  // namespace runtime
