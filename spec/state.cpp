#include "spec/state.hpp"

#include "spec/json.hpp"
#include "spec/version.hpp"

namespace spec {

static constexpr Field kProcessFields[] = {
    field<&ProcessIdentity::pid>("pid", {.required = true, .range = Range{0, INT32_MAX}}),
    field<&ProcessIdentity::start_time>("startTime", {.required = true}),
    field<&ProcessIdentity::pidfd_inode>("pidfdInode", {.required = true}),
    field<&ProcessIdentity::boot_id>("bootId", {.required = true}),
};
static constexpr auto kProcessIdentity = object<ProcessIdentity>(kProcessFields);

static constexpr Field kStateFields[] = {
    field<&State::oci_version>("ociVersion", {.required = true}),
    field<&State::id>("id", {.required = true}),
    field<&State::status>("status", {.required = true}),
    field<&State::bundle>("bundle", {.required = true}),
    field<&State::rootfs>("rootfs", {.required = true}),
    field<&State::created>("created", {.required = true}),
    field<&State::owner>("owner", {.required = true}),
    field<&State::init>("init", kProcessIdentity, {.required = true}),
    field<&State::own_pids>("ownPids", {.required = true}),
    field<&State::hooks_follow>("hooksFollow"),
    field<&State::supervised>("supervised"),
    field<&State::without_cgroups>("withoutCgroups"),
    field<&State::cgroups>("cgroups", {.required = true}),
    field<&State::annotations>("annotations"),
};
static constexpr auto kState = object<State>(kStateFields);

Result<State> read_state(std::string_view text, std::string_view name)
{
    return read_json(kState, text, name);
}

namespace {
struct Anything {};
}  // namespace

bool is_state_of_another(std::string_view text)
{
    return !read_state(text, "") && read_json(object<Anything>({}), text, "");
}

static void write_annotations(JsonWriter& json, const Map<std::string>& annotations)
{
    if (annotations.empty())
        return;
    json.key("annotations").object();
    for (const auto& [key, value] : annotations)
        json.member(key, value);
    json.end();
}

std::string write_state(const State& state)
{
    JsonWriter json;
    json.object()
        .member("ociVersion", state.oci_version)
        .member("id", state.id)
        .member("status", word(state.status))
        .member("bundle", state.bundle)
        .member("rootfs", state.rootfs)
        .member("created", state.created)
        .member("owner", state.owner);
    json.key("init")
        .object()
        .member("pid", state.init.pid)
        .member("startTime", state.init.start_time)
        .member("pidfdInode", state.init.pidfd_inode)
        .member("bootId", state.init.boot_id)
        .end();
    json.member("ownPids", state.own_pids);
    if (state.hooks_follow)
        json.member("hooksFollow", true);
    if (state.supervised)
        json.member("supervised", true);
    if (state.without_cgroups)
        json.member("withoutCgroups", true);
    json.key("cgroups").array();
    for (const auto& path : state.cgroups)
        json.value(path);
    json.end();
    write_annotations(json, state.annotations);
    return json.end().text();
}

void write_state(JsonWriter& json, const State& state, ContainerStatus status,
                 std::string_view owner)
{
    json.object()
        .member("ociVersion", kRuntimeSpec)
        .member("id", state.id)
        .member("pid", status == ContainerStatus::Stopped ? 0 : state.init.pid)
        .member("status", word(status))
        .member("bundle", state.bundle)
        .member("rootfs", state.rootfs)
        .member("created", state.created);
    write_annotations(json, state.annotations);
    json.member("owner", owner).end();
}

}  // namespace spec
