// runtime update: changes limits of a container that lives, all of those that are asked for or
// none. The files of its groups are the record of what holds: nothing else has to be told.

#include <charconv>

#include "runtime/existing.hpp"
#include "runtime/refused.hpp"
#include "runtime/update_options.hpp"
#include "spec/config.hpp"
#include "spec/json.hpp"
#include "spec/json_writer.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

struct Update {
    const Options& options;
    const std::string& id;
    spec::Resources asked = {};
    std::optional<Existing> container = {};
    std::optional<Groups> groups = {};
    KnobWrites writes = {};
    std::vector<KnobState> before = {};
};

// What is on record while limits are being written.
struct LimitsBefore {
    std::vector<KnobState> limits = {};
};
constexpr spec::Field kLimitFields[] = {
    spec::field<&KnobState::path>("file", {.required = true}),
    spec::field<&KnobState::value>("value", {.required = true}),
};
constexpr auto kLimit = spec::object<KnobState>(kLimitFields);
constexpr spec::Field kLimitsFields[] = {
    spec::field<&LimitsBefore::limits>("limits", kLimit, {.required = true}),
};
constexpr auto kLimits = spec::object<LimitsBefore>(kLimitsFields);

std::string text_of(const std::vector<KnobState>& limits)
{
    spec::JsonWriter json;
    json.object().key("limits").array();
    for (const auto& [path, value] : limits)
        json.object().member("file", path).member("value", value).end();
    return json.end().end().text();
}

Result<> read_limits(Update& update)
{
    update.asked = TRY(read_asked(update.options));
    return {};
}

Result<> find_container(Update& update)
{
    update.container = TRY(find_to_change(update.options, update.id));
    update.groups = TRY(needed_groups_of(update.container->state));
    return {};
}

// An `update` that was killed has left some limits new and some old.
Result<> undo_what_was_left(Update& update)
{
    const StateDir& dir = update.container->dir;
    const auto text = dir.load_limits();
    if (!text && text.error().code == ENOENT)
        return {};
    if (!text)
        return std::unexpected(text.error());
    const auto left = TRY(spec::read_json(kLimits, *text, "limits"));
    TRY(update.groups->restore(left.limits));
    return dir.forget_limits();
}

bool v2_has(const Layout& layout, const char* v1_controller, const char* v2_controller)
{
    return !layout.with(CgroupVersion::V1, v1_controller) &&
           layout.with(CgroupVersion::V2, v2_controller);
}

// One file of v2 holds quota and period, and its swap limit is counted from the memory limit: what
// is not asked for stays as it is.
Result<> complete(spec::Resources& asked, const Groups& groups, const Layout& layout)
{
    const auto number_in = [](const std::string& text) {
        std::int64_t number = -1;  // "max"
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    };
    if (auto& cpu = asked.cpu;
        cpu && cpu->period.value_or(0) != 0 && !cpu->quota && v2_has(layout, "cpu", "cpu")) {
        const std::string text = TRY(groups.read("cpu", "cpu.max"));
        cpu->quota = number_in(text);
    }
    if (auto& memory = asked.memory; memory && memory->swap.value_or(0) > 0 &&
                                     memory->limit.value_or(0) == 0 &&
                                     v2_has(layout, "memory", "memory")) {
        const std::string text = TRY(groups.read("memory", "memory.max"));
        memory->limit = number_in(text);
    }
    return {};
}

// config.md: memory.checkBeforeUpdate is of the container, said once and for all.
bool checks_before_update(const StateDir& dir)
{
    const auto text = dir.load_config();
    const auto config =
        text ? spec::read_config(*text, "config.json", kRefused) : Result<spec::Config>();
    return config && config->linux.resources && config->linux.resources->memory &&
           config->linux.resources->memory->check_before_update;
}

Result<> plan(Update& update)
{
    const Layout layout = TRY(read_layout());
    if (auto& memory = update.asked.memory)
        memory->check_before_update =
            memory->check_before_update || checks_before_update(update.container->dir);
    TRY(complete(update.asked, *update.groups, layout));
    update.writes = TRY(plan_knobs(update.asked, layout));
    return {};
}

Result<> note_limits(Update& update)
{
    update.before = TRY(update.groups->read_back(update.writes));
    return update.container->dir.save_limits(text_of(update.before));
}

Result<> write_limits(Update& update)
{
    return update.groups->apply(update.writes);
}

Result<> forget_limits(Update& update)
{
    return update.container->dir.forget_limits();
}

constexpr sys::Step<Update> kSteps[] = {
    {"read limits", read_limits},
    {"find container", find_container},
    {"undo what was left", undo_what_was_left},
    {"plan", plan},
    {"note limits", note_limits},
    {"write limits", write_limits},
    {"forget old limits", forget_limits},
};

// Where the old limits cannot be had again they stay on record, for the next `update` to try.
void put_back(const Update& update, Error& error)
{
    auto restored = update.groups->restore(update.before);
    if (restored)
        restored = update.container->dir.forget_limits();
    if (!restored)
        error.hint = restored.error().message();
}

Result<int> update(Call& call)
{
    call.id = call.arguments[0];
    if (call.options.kernel_memory)
        call.notices.push_back({.text = "--kernel-memory changes nothing: no kernel has it"});
    Update update{.options = call.options, .id = call.id};
    auto done = sys::run_steps<Update>(kSteps, update);
    for (auto& warning : knob_warnings(update.asked))
        call.notices.push_back({.text = std::move(warning)});
    if (!done && !update.before.empty())
        put_back(update, done.error());
    TRY(done);
    return 0;
}

template <auto Member>
consteval spec::Option option(std::string_view name, std::string_view value, std::string_view help,
                              char letter = 0)
{
    return spec::option_of<Options, Member>(name, letter, value, help);
}

constexpr spec::Option kOptions[] = {
    option<&UpdateOptions::resources>(
        "resources", "FILE", "the limits, as JSON of linux.resources (- : standard input)", 'r'),
    option<&UpdateOptions::memory>("memory", "BYTES", "most memory, such as 64m (-1: no limit)"),
    option<&UpdateOptions::memory_reservation>("memory-reservation", "BYTES",
                                               "memory that is left to it where there is little"),
    option<&UpdateOptions::memory_swap>("memory-swap", "BYTES",
                                        "most memory and swap together (-1: no limit)"),
    option<&UpdateOptions::kernel_memory>("kernel-memory", "BYTES",
                                          "no kernel has it any more: changes nothing"),
    option<&UpdateOptions::kernel_memory_tcp>("kernel-memory-tcp", "BYTES",
                                              "most memory of TCP buffers (cgroup v1)"),
    option<&UpdateOptions::cpu_period>("cpu-period", "US", "the time that the quota is of"),
    option<&UpdateOptions::cpu_quota>("cpu-quota", "US", "CPU time in a period (-1: no limit)"),
    option<&UpdateOptions::cpu_burst>("cpu-burst", "US", "CPU time that may be saved up"),
    option<&UpdateOptions::cpu_share>("cpu-share", "NUMBER",
                                      "its share beside others, 2 to 262144"),
    option<&UpdateOptions::cpu_idle>("cpu-idle", "0|1", "1: it runs where nobody else wants to"),
    option<&UpdateOptions::cpu_rt_period>("cpu-rt-period", "US", "of real-time (cgroup v1)"),
    option<&UpdateOptions::cpu_rt_runtime>("cpu-rt-runtime", "US", "of real-time (cgroup v1)"),
    option<&UpdateOptions::cpuset_cpus>("cpuset-cpus", "LIST", "CPUs, such as 0-3,7"),
    option<&UpdateOptions::cpuset_mems>("cpuset-mems", "LIST", "nodes of memory"),
    option<&UpdateOptions::blkio_weight>("blkio-weight", "NUMBER", "of block I/O, 10 to 1000"),
    option<&UpdateOptions::pids_limit>("pids-limit", "NUMBER", "most processes (-1: no limit)"),
    option<&UpdateOptions::l3_cache_schema>("l3-cache-schema", "TEXT", "refused as yet"),
    option<&UpdateOptions::mem_bw_schema>("mem-bw-schema", "TEXT", "refused as yet"),
};

}  // namespace

constinit const Verb kUpdate = {
    {.name = "update",
     .arguments = "ID",
     .summary = "changes limits of a container",
     .options = kOptions,
     .details = "All limits that are asked for come to hold, or none. What is not named stays as "
                "it is; of JSON the section devices is not looked at, for engines send all of it."},
    update,
};

}  // namespace runtime
