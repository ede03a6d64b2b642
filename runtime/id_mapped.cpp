#include "runtime/id_mapped.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <charconv>

#include "spec/text.hpp"
#include "sys/file.hpp"

namespace runtime {

IdMapped ids_of_container(const spec::Linux& linux, const Namespaces& namespaces)
{
    // Engines may repeat the mappings of a namespace that is joined; what counts are its own.
    const auto joined = std::ranges::find(namespaces.joined, CLONE_NEWUSER, &JoinedNamespace::flag);
    return {.maps = {.uids = linux.uid_mappings, .gids = linux.gid_mappings},
            .joined = joined == namespaces.joined.end() ? "" : joined->path};
}

// Up to `separator`, which goes, too.
static std::string_view next_part(std::string_view& text, char separator)
{
    const std::string_view part = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    return part;
}

static Result<spec::IdMapping> read_mapping(std::string_view text, const IdMap& container)
{
    const auto wrong = [word = text] {
        return failed("{} is no mapping such as 0-1000-10", spec::quoted(word));
    };
    const bool relative = text.starts_with('@');
    text.remove_prefix(relative ? 1 : 0);
    std::uint32_t numbers[3] = {};
    for (auto& number : numbers) {
        const std::string_view part = next_part(text, '-');
        const auto [end, error] = std::from_chars(part.begin(), part.end(), number);
        if (error != std::errc() || end != part.end())
            return wrong();
    }
    if (!text.empty() || numbers[2] == 0)
        return wrong();
    spec::IdMapping mapping = {
        .container_id = numbers[0], .host_id = numbers[1], .size = numbers[2]};
    if (!relative)
        return mapping;
    const auto host = host_id(container, mapping.host_id);
    if (!host)
        return failed("@: {} is not mapped in the container's user namespace", mapping.host_id);
    mapping.host_id = *host;
    return mapping;
}

static Result<IdMap> read_map_words(std::string_view words, const IdMap& container)
{
    IdMap map;
    do {
        const spec::IdMapping mapping = TRY(read_mapping(next_part(words, '#'), container));
        map.push_back(mapping);
    } while (!words.empty());
    return map;
}

Result<IdMaps> read_id_maps(std::string_view words, const IdMaps& container)
{
    IdMaps maps;
    while (!words.empty()) {
        std::string_view part = next_part(words, ';');
        const std::string_view name = next_part(part, '=');
        if (name == "uids")
            maps.uids = TRY_TO(read_map_words(part, container.uids), "uids");
        else if (name == "gids")
            maps.gids = TRY_TO(read_map_words(part, container.gids), "gids");
        else
            return failed("{}: uids= and gids= are known", spec::quoted(name));
    }
    if (maps.uids.empty() || maps.gids.empty())
        return failed("{} are missing", maps.uids.empty() ? "uids" : "gids");
    return maps;
}

Result<sys::Fd> open_id_maps(const IdMapped& ids)
{
    if (ids.joined.empty())
        return make_id_maps(ids.maps);
    sys::Fd file = TRY(sys::open_at(AT_FDCWD, ids.joined, O_RDONLY | O_NONBLOCK));
    if (::ioctl(file.get(), NS_GET_NSTYPE) != CLONE_NEWUSER)
        return failed("{} is no user namespace", ids.joined);
    return file;
}

}  // namespace runtime
