#include "spec/config_tables.hpp"

namespace spec {

// Ids past kIdMost are none, so a mapping must end before it does.
static Verdict inside_ids(const IdMapping& mapping)
{
    const auto ends = [&](std::uint32_t first) { return std::uint64_t{first} + mapping.size; };
    for (const auto& [name, first] :
         {std::pair<std::string_view, std::uint32_t>{"containerID", mapping.container_id},
          {"hostID", mapping.host_id}})
        if (ends(first) > std::uint64_t{kIdMost} + 1)
            return Fault{
                "size", format("{} ids from {} {} on pass {}", mapping.size, name, first, kIdMost)};
    return {};
}

static constexpr Field kIdMappingFields[] = {
    field<&IdMapping::container_id>("containerID", {.required = true, .range = Range{0, kIdMost}}),
    field<&IdMapping::host_id>("hostID", {.required = true, .range = Range{0, kIdMost}}),
    field<&IdMapping::size>("size", {.required = true, .range = Range{1, UINT32_MAX}}),
};
constexpr Object<IdMapping> kIdMapping = object<IdMapping, inside_ids>(kIdMappingFields);

static Verdict both_mappings(const Mount& mount)
{
    if (mount.uid_mappings.empty() == mount.gid_mappings.empty())
        return {};
    const bool uids = !mount.uid_mappings.empty();
    return Fault{uids ? "uidMappings" : "gidMappings",
                 format("\"{}\" is needed with it", uids ? "gidMappings" : "uidMappings")};
}

static constexpr Field kMountFields[] = {
    field<&Mount::destination>("destination", {.required = true, .check = filled}),
    field<&Mount::type>("type"),
    field<&Mount::source>("source"),
    field<&Mount::options>("options"),
    field<&Mount::uid_mappings>("uidMappings", kIdMapping),
    field<&Mount::gid_mappings>("gidMappings", kIdMapping),
};
constexpr Object<Mount> kMount = object<Mount, both_mappings>(kMountFields);

}  // namespace spec
