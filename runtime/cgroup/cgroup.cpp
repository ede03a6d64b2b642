#include "runtime/cgroup/cgroup.hpp"

#include <algorithm>
#include <charconv>

#include "sys/file.hpp"
#include "sys/process.hpp"

namespace runtime {

Result<Groups> Groups::plan(const Layout& layout, std::string_view cgroups_path,
                            std::string_view id)
{
    Groups groups;
    for (const Hierarchy& hierarchy : layout.hierarchies) {
        std::string path = TRY(group_folder(hierarchy, cgroups_path, id));
        groups.groups_.push_back({.path = std::move(path), .hierarchy = hierarchy});
    }
    return groups;
}

Result<Groups> Groups::find(const Layout& layout, const std::vector<std::string>& paths)
{
    Groups groups;
    for (const std::string& path : paths) {
        const auto hierarchy = std::ranges::find_if(layout.hierarchies, [&](const Hierarchy& each) {
            return path.starts_with(each.mount + "/") && path.size() > each.mount.size() + 1;
        });
        if (hierarchy == layout.hierarchies.end() || (path + "/").contains("/../"))
            return failed("{} is no control group of this host", path);
        groups.groups_.push_back({.path = path, .hierarchy = *hierarchy});
    }
    return groups;
}

std::vector<std::string> Groups::paths() const
{
    std::vector<std::string> paths;
    paths.reserve(groups_.size());
    for (const Group& group : groups_)
        paths.push_back(group.path);
    return paths;
}

const Group* Groups::with(std::string_view controller) const
{
    for (const Group& group : groups_)
        if (group.hierarchy.has(controller))
            return &group;
    return nullptr;
}

const Group* Groups::v2() const
{
    const auto found = std::ranges::find_if(
        groups_, [](const Group& group) { return group.hierarchy.version == CgroupVersion::V2; });
    return found == groups_.end() ? nullptr : &*found;
}

const Group* Groups::group_of(const KnobWrite& knob) const
{
    return knob.controller == "cgroup" ? v2() : with(knob.controller);
}

Result<std::string> Groups::read(std::string_view controller, const std::string& file) const
{
    const Group* group = with(controller);
    if (!group)
        return failed("there is no group with the {} controller", controller);
    return read_cgroup_file(group->path + "/" + file);
}

Result<> Groups::write(const KnobWrite& knob, CgroupWriter& writer) const
{
    const Group* group = group_of(knob);
    if (!group)
        return failed("there is no group with the {} controller", knob.controller);
    const std::string path = group->path + "/" + knob.file;
    if (!knob.usage_file.empty()) {
        const std::string text = TRY(read_cgroup_file(group->path + "/" + knob.usage_file));
        std::uint64_t usage = 0;
        std::uint64_t limit = 0;
        std::from_chars(text.data(), text.data() + text.size(), usage);
        std::from_chars(knob.value.data(), knob.value.data() + knob.value.size(), limit);
        if (usage > limit)
            return failed("{} is less than the {} in use", limit, usage);
    }
    auto written = writer.write(path, knob.value);
    if (written || written.error().code != ENOENT)
        return written;
    if (!knob.other_file.empty())
        written = writer.write(group->path + "/" + knob.other_file, knob.other_value);
    else if (knob.must == Must::IfThere)
        return {};
    return written;
}

static Result<> explained(Result<> written, const KnobWrite& knob)
{
    if (written)
        return written;
    Error& error = written.error();
    if (error.code == ENOENT)
        error.hint = "this kernel has no such limit, or a group above passes none on";
    if (error.code == EBUSY)
        error.hint = "more than that is in use";
    if (error.code == EINVAL)
        error.hint = knob.if_invalid;
    error.doing = format("{}: {}", knob.property, error.doing);
    error.place.pointer = knob.property;
    return written;
}

Result<> Groups::apply(const KnobWrites& writes) const
{
    CgroupWriter writer;
    std::vector<const KnobWrite*> later;
    for (const KnobWrite& knob : writes) {
        auto written = write(knob, writer);
        if (!written && knob.or_later && written.error().code == EINVAL)
            later.push_back(&knob);
        else if (knob.must != Must::Try)
            TRY(explained(std::move(written), knob));
    }
    for (const KnobWrite* knob : later)
        TRY(explained(write(*knob, writer), *knob));
    return {};
}

Result<> Groups::apply(const DevicePolicy& policy) const
{
    if (with("devices")) {
        const KnobWrites writes = TRY(device_writes(policy));
        return apply(writes);
    }
    constexpr std::string_view property = "/linux/resources/devices";
    const Group* group = v2();
    if (!group && policy.asked)
        return failed_at(std::string(property), "this host has no devices controller");
    if (!group || (policy.allow && !policy.asked))
        return {};
    const sys::Fd folder =
        TRY_TO(sys::open_at(AT_FDCWD, group->path, O_RDONLY | O_DIRECTORY), "{}", property);
    auto attached = attach_device_program(folder.get(), device_program(policy));
    if (policy.asked)
        TRY_TO(std::move(attached), "{}: {}", property, group->path);
    return {};
}

Result<> Groups::open_entrances()
{
    for (const Group& group : groups_) {
        if (group.hierarchy.version == CgroupVersion::V2) {
            v2_folder_ = TRY(sys::open_at(AT_FDCWD, group.path, O_PATH | O_DIRECTORY));
        } else {
            sys::Fd tasks = TRY(sys::open_at(AT_FDCWD, group.path + "/tasks", O_WRONLY));
            entrances_.push_back(std::move(tasks));
        }
    }
    return {};
}

void Groups::close_entrances()
{
    v2_folder_ = {};
    sys::close_each(entrances_);
}

std::vector<int> Groups::entrances() const
{
    std::vector<int> numbers;
    for (const sys::Fd& tasks : entrances_)
        numbers.push_back(tasks.get());
    return numbers;
}

Result<> Groups::enter() const
{
    // "0" is whoever writes it. One thread needs no lock on all of the system's, unlike a process.
    for (const sys::Fd& tasks : entrances_)
        TRY_TO(sys::write_all(tasks.get(), "0"), "enter control group");
    return {};
}

}  // namespace runtime
