// What a group's limits were before some of them are changed, and having them so again.

#include <algorithm>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/cgroup/files.hpp"

namespace runtime {

namespace {

// Files with a line for each device or the like; what takes a line away that was not there before.
struct Keyed {
    std::string_view file;
    std::string_view nothing;
};
constexpr Keyed kKeyed[] = {
    {"io.max", "rbps=max wbps=max riops=max wiops=max"},
    {"io.latency", "target=0"},
    {"io.weight", "default"},
    {"rdma.max", "hca_handle=max hca_object=max"},
    {"misc.max", "max"},
};

std::string_view nothing_of(std::string_view file)
{
    const auto* const found = std::ranges::find(kKeyed, file, &Keyed::file);
    return found == std::end(kKeyed) ? "0" : found->nothing;
}

std::string_view first_line(std::string_view text)
{
    return text.substr(0, text.find('\n'));
}

// Several limits bound each other, so it may take more than one round.
std::vector<KnobState> write_in_rounds(std::vector<KnobState> left, std::string& why)
{
    for (std::size_t before = left.size() + 1; !left.empty() && left.size() < before;) {
        before = left.size();
        std::erase_if(left, [&](const KnobState& each) {
            const auto written = write_cgroup_file(each.path, each.value);
            if (!written)
                why = written.error().message();
            return written || written.error().code == ENOENT || written.error().code == ENODEV;
        });
    }
    return left;
}

}  // namespace

std::string value_before(std::string_view file, std::string_view written, std::string_view before)
{
    if (file == "memory.oom_control") {
        constexpr std::string_view name = "oom_kill_disable ";
        return before.contains("oom_kill_disable 1") ? "1" : before.contains(name) ? "0" : "";
    }
    const std::size_t space = written.find(' ');
    if (space == written.npos || file == "cpu.max") {
        const std::string value(first_line(before));
        return value.empty() ? "\n" : value;  // an empty list; nothing at all would not be written
    }
    const std::string key(written.substr(0, space + 1));
    while (!before.empty()) {
        const std::string_view line = first_line(before);
        if (line.starts_with(key))
            return std::string(line);
        before.remove_prefix(std::min(line.size() + 1, before.size()));
    }
    return key + std::string(nothing_of(file));
}

// The file that the write is for, or its other one; nothing where the host has neither.
static Result<std::optional<KnobState>> state_of(const std::string& folder, const KnobWrite& knob)
{
    const struct {
        const std::string& file;
        const std::string& value;
    } candidates[] = {{knob.file, knob.value}, {knob.other_file, knob.other_value}};
    for (const auto& [file, value] : candidates) {
        if (file.empty())
            continue;
        const std::string path = folder + "/" + file;
        const auto before = read_cgroup_file(path);
        if (before)
            return KnobState{path, value_before(file, value, *before)};
        if (before.error().code != ENOENT)
            return std::unexpected(before.error());
    }
    return std::nullopt;
}

Result<std::vector<KnobState>> Groups::read_back(const KnobWrites& writes) const
{
    std::vector<KnobState> states;
    for (const KnobWrite& knob : writes) {
        const Group* group = group_of(knob);
        if (!group)
            continue;  // apply() says what that means
        auto state = TRY(state_of(group->path, knob));
        // An idle group forgets its share of the CPU. restore() goes backwards.
        for (const char* share : {"/cpu.weight", "/cpu.shares"})
            if (state && knob.file == "cpu.idle" && state->value == "0")
                if (const auto before = read_cgroup_file(group->path + share))
                    states.push_back({group->path + share, *before});
        if (state)
            states.push_back(std::move(*state));
    }
    return states;
}

Result<> Groups::restore(const std::vector<KnobState>& before) const
{
    for (const KnobState& each : before)
        if (std::ranges::none_of(
                groups_,
                [&](const Group& group) { return each.path.starts_with(group.path + "/"); }) ||
            each.path.contains("/../"))
            return failed("{} is no file of its control groups", each.path);
    std::string why;
    const auto left = write_in_rounds({before.rbegin(), before.rend()}, why);
    if (!left.empty())
        return failed("{} of {} limits cannot be put back: {}", left.size(), before.size(), why);
    return {};
}

}  // namespace runtime
