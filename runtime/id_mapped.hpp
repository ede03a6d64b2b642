// Mounts whose files have other owners in the container than on their file system (idmapped mounts,
// mount_setattr(2)).
#pragma once

#include <string>
#include <string_view>

#include "runtime/user_namespace.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/mount.hpp"

namespace runtime {

// By what the ids of a mount are mapped: by maps, whose ids "in the container" are those on the
// file system and whose ids "of the host" are those that the host sees; or, where `joined` is not
// empty, by those of that user namespace, a file.
struct IdMapped {
    IdMaps maps = {};
    std::string joined = {};
    sys::Depth depth = sys::Depth::One;
};

// What the words "idmap" and "ridmap" alone stand for: nothing in it where the container has no
// user namespace.
IdMapped ids_of_container(const spec::Linux& linux, const Namespaces& namespaces);

// What crun takes after "idmap=": "uids=0-1000-10#@10-5-1;gids=0-1000-11", each the first id on the
// file system, the first one of the host, or, after "@", of the container, and how many there are.
Result<IdMaps> read_id_maps(std::string_view words, const IdMaps& container);

// A user namespace with such maps.
Result<sys::Fd> open_id_maps(const IdMapped& ids);

}  // namespace runtime
