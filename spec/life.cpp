#include "spec/life.hpp"

#include "spec/json.hpp"

namespace spec {

namespace {

constexpr Rules kRequired = {.required = true};

constexpr Field kLaunchFields[] = {
    field<&LaunchRecord::id>("id", kRequired),
    field<&LaunchRecord::bundle>("bundle", kRequired),
    field<&LaunchRecord::image>("image", kRequired),
    field<&LaunchRecord::root>("root", kRequired),
    field<&LaunchRecord::boot_id>("bootId", kRequired),
    field<&LaunchRecord::created>("created", kRequired),
    field<&LaunchRecord::foreground>("foreground", kRequired),
    field<&LaunchRecord::remove>("remove", kRequired),
    field<&LaunchRecord::terminal>("terminal", kRequired),
    field<&LaunchRecord::stop_signal>("stopSignal", {.required = true, .range = Range{1, 64}}),
    field<&LaunchRecord::stop_timeout_ms>("stopTimeoutMs", kRequired),
};
constexpr auto kLaunchRecord = object<LaunchRecord>(kLaunchFields);

constexpr Field kStateFields[] = {
    field<&LifeState::id>("id", kRequired),
    field<&LifeState::status>("status", kRequired),
    field<&LifeState::step>("step", kRequired),
    field<&LifeState::pid>("pid", kRequired),
    field<&LifeState::shim_pid>("shim_pid", kRequired),
    field<&LifeState::keeper_pid>("keeper_pid", kRequired),
    field<&LifeState::bundle>("bundle", kRequired),
    field<&LifeState::image>("image"),
    field<&LifeState::started>("started"),
    field<&LifeState::oom_kills>("oom_kills"),
    field<&LifeState::code>("code", {.range = Range{0, 255}}),
    field<&LifeState::reason>("reason"),
};
constexpr auto kLifeState = object<LifeState>(kStateFields);

constexpr Field kRawFields[] = {
    field<&RawEnd::wait_status>("waitStatus", kRequired),
    field<&RawEnd::cpu_user_us>("cpuUserUs", kRequired),
    field<&RawEnd::cpu_system_us>("cpuSystemUs", kRequired),
    field<&RawEnd::finished>("finished", kRequired),
};
constexpr auto kRawEnd = object<RawEnd>(kRawFields);

constexpr Field kOomFields[] = {
    field<&OomRecord::victim>("victim", kRequired), field<&OomRecord::cgroup>("cgroup", kRequired),
    field<&OomRecord::limit>("limit", kRequired),   field<&OomRecord::peak>("peak", kRequired),
    field<&OomRecord::kills>("kills", kRequired),
};
constexpr auto kOomRecord = object<OomRecord>(kOomFields);

constexpr Field kUsageFields[] = {
    field<&UsageRecord::cpu_user_us>("cpu_user_us", kRequired),
    field<&UsageRecord::cpu_system_us>("cpu_system_us", kRequired),
    field<&UsageRecord::memory_peak>("memory_peak", kRequired),
};
constexpr auto kUsageRecord = object<UsageRecord>(kUsageFields);

constexpr Field kExitFields[] = {
    field<&ExitRecord::id>("id", kRequired),
    field<&ExitRecord::known>("known", kRequired),
    field<&ExitRecord::code>("code", {.range = Range{0, 255}}),
    field<&ExitRecord::signal>("signal", {.range = Range{1, 64}}),
    field<&ExitRecord::core>("core", kRequired),
    field<&ExitRecord::oom>("oom", kOomRecord),
    field<&ExitRecord::seccomp_call>("seccomp_call"),
    field<&ExitRecord::stage>("stage", kRequired),
    field<&ExitRecord::reason>("reason", kRequired),
    field<&ExitRecord::message>("message", kRequired),
    field<&ExitRecord::started>("started"),
    field<&ExitRecord::finished>("finished"),
    field<&ExitRecord::usage>("usage", kUsageRecord, kRequired),
};
constexpr auto kExitRecord = object<ExitRecord>(kExitFields);

void member_or_null(JsonWriter& json, std::string_view name, const std::string& text)
{
    json.key(name);
    text.empty() ? json.null() : json.value(text);
}

void member_or_null(JsonWriter& json, std::string_view name, std::optional<std::int32_t> number)
{
    json.key(name);
    number ? json.value(*number) : json.null();
}

void write_oom(JsonWriter& json, const std::optional<OomRecord>& oom)
{
    json.key("oom");
    if (!oom)
        return (void)json.null();
    json.object()
        .member("victim", oom->victim)
        .member("cgroup", oom->cgroup)
        .member("limit", oom->limit)
        .member("peak", oom->peak)
        .member("kills", oom->kills)
        .end();
}

}  // namespace

Result<LaunchRecord> read_launch_record(std::string_view text, std::string_view name)
{
    return read_json(kLaunchRecord, text, name);
}

std::string write(const LaunchRecord& record)
{
    JsonWriter json;
    return json.object()
        .member("id", record.id)
        .member("bundle", record.bundle)
        .member("image", record.image)
        .member("root", record.root)
        .member("bootId", record.boot_id)
        .member("created", record.created)
        .member("foreground", record.foreground)
        .member("remove", record.remove)
        .member("terminal", record.terminal)
        .member("stopSignal", record.stop_signal)
        .member("stopTimeoutMs", record.stop_timeout_ms)
        .end()
        .text();
}

Result<LifeState> read_life_state(std::string_view text, std::string_view name)
{
    return read_json(kLifeState, text, name);
}

void write(JsonWriter& json, const LifeState& state)
{
    json.object()
        .member("id", state.id)
        .member("status", word(state.status))
        .member("step", state.step)
        .member("pid", state.pid)
        .member("shim_pid", state.shim_pid)
        .member("keeper_pid", state.keeper_pid)
        .member("bundle", state.bundle);
    member_or_null(json, "image", state.image);
    member_or_null(json, "started", state.started);
    if (state.oom_kills)
        json.member("oom_kills", state.oom_kills);
    if (state.code)
        json.member("code", *state.code);
    if (!state.reason.empty())
        json.member("reason", state.reason);
    json.end();
}

Result<RawEnd> read_raw_end(std::string_view text, std::string_view name)
{
    return read_json(kRawEnd, text, name);
}

std::string write(const RawEnd& end)
{
    JsonWriter json;
    return json.object()
        .member("waitStatus", end.wait_status)
        .member("cpuUserUs", end.cpu_user_us)
        .member("cpuSystemUs", end.cpu_system_us)
        .member("finished", end.finished)
        .end()
        .text();
}

Result<ExitRecord> read_exit_record(std::string_view text, std::string_view name)
{
    return read_json(kExitRecord, text, name);
}

std::string write(const ExitRecord& record)
{
    JsonWriter json;
    json.object().member("id", record.id).member("known", record.known);
    member_or_null(json, "code", record.code);
    member_or_null(json, "signal", record.signal);
    json.member("core", record.core);
    write_oom(json, record.oom);
    member_or_null(json, "seccomp_call", record.seccomp_call);
    json.member("stage", record.stage)
        .member("reason", word(record.reason))
        .member("message", record.message);
    member_or_null(json, "started", record.started);
    member_or_null(json, "finished", record.finished);
    json.key("usage")
        .object()
        .member("cpu_user_us", record.usage.cpu_user_us)
        .member("cpu_system_us", record.usage.cpu_system_us)
        .member("memory_peak", record.usage.memory_peak)
        .end();
    return json.end().text();
}

}  // namespace spec
