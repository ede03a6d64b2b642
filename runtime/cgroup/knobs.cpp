#include "runtime/cgroup/knobs.hpp"

#include <algorithm>

namespace runtime {

static Result<> cpuset(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.cpu)
        return {};
    if (!resources.cpu->cpus.empty())
        writes.push_back({.controller = "cpuset",
                          .file = "cpuset.cpus",
                          .value = resources.cpu->cpus,
                          .property = "/linux/resources/cpu/cpus"});
    if (!resources.cpu->mems.empty())
        writes.push_back({.controller = "cpuset",
                          .file = "cpuset.mems",
                          .value = resources.cpu->mems,
                          .property = "/linux/resources/cpu/mems"});
    return {};
}

// A key as a part of a JSON pointer (RFC 6901).
static std::string escaped(std::string_view key)
{
    std::string part;
    for (const char c : key)
        part += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return part;
}

static Result<> rdma(const spec::Resources& resources, KnobWrites& writes)
{
    for (const auto& [device, limits] : resources.rdma) {
        std::string value = device;
        if (limits.hca_handles)
            value += format(" hca_handle={}", *limits.hca_handles);
        if (limits.hca_objects)
            value += format(" hca_object={}", *limits.hca_objects);
        writes.push_back({.controller = "rdma",
                          .file = "rdma.max",
                          .value = value,
                          .property = "/linux/resources/rdma/" + escaped(device)});
    }
    return {};
}

static constexpr KnobTwins kTwins[] = {
    {"memory", "memory", memory_v1, memory_v2},
    {"cpu", "cpu", cpu_v1, cpu_v2},
    {"cpuset", "cpuset", cpuset, cpuset},
    {"pids", "pids", pids_v1, pids_v2},
    {"blkio", "io", block_io_v1, block_io_v2},
    {"hugetlb", "hugetlb", hugepages_v1, hugepages_v2},
    {"rdma", "rdma", rdma, rdma},
    {"net_cls", "net_cls", net_classes_v1, net_classes_v2},
    {"net_prio", "net_prio", net_priorities_v1, net_priorities_v2},
};

static Result<> plan_twins(const KnobTwins& twins, const spec::Resources& resources,
                           const Layout& layout, KnobWrites& writes)
{
    if (layout.with(CgroupVersion::V1, twins.v1_controller))
        return twins.v1(resources, writes);
    if (layout.with(CgroupVersion::V2, twins.v2_controller))
        return twins.v2(resources, writes);
    // Neither: whether the config asks for it is told by what would be written.
    KnobWrites wanted;
    const bool v2 = layout.pure_v2();
    TRY((v2 ? twins.v2 : twins.v1)(resources, wanted));
    const auto asked = std::ranges::find(wanted, Must::Succeed, &KnobWrite::must);
    if (asked != wanted.end())
        return failed_at(asked->property, "this host has no {} controller",
                         v2 ? twins.v2_controller : twins.v1_controller);
    return {};
}

// Files by name, with values that the config's author answers for; several lines are several
// writes.
static Result<> plan_unified(const spec::Resources& resources, const Layout& layout,
                             KnobWrites& writes)
{
    for (const auto& [file, text] : resources.unified) {
        const std::string property = "/linux/resources/unified/" + escaped(file);
        if (file.empty() || file.starts_with('.') || file.contains('/') || file.contains('\0'))
            return failed_at(property, "\"{}\" is no name of a file in a group",
                             file.substr(0, file.find('\0')));
        const std::string controller = file.substr(0, file.find('.'));
        if (!layout.has(CgroupVersion::V2))
            return failed_at(property, "this host has no cgroup v2");
        if (controller != "cgroup" && !layout.with(CgroupVersion::V2, controller))
            return failed_at(property, "this host has no {} controller in cgroup v2", controller);
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\n', at), text.size());
            if (end > at)
                writes.push_back({.controller = controller,
                                  .file = file,
                                  .value = text.substr(at, end - at),
                                  .property = property});
            at = end + 1;
        }
    }
    return {};
}

// The specification advises against the first; runc ignores both.
std::vector<std::string> knob_warnings(const spec::Resources& resources)
{
    std::vector<std::string> warnings;
    const spec::Memory memory = resources.memory.value_or(spec::Memory());
    if (memory.kernel.value_or(0) > 0)
        warnings.emplace_back("/linux/resources/memory/kernel changes nothing: no kernel has it");
    if (!memory.use_hierarchy.value_or(true))
        warnings.emplace_back(
            "/linux/resources/memory/useHierarchy changes nothing: every group is hierarchical");
    return warnings;
}

Result<KnobWrites> plan_knobs(const spec::Resources& resources, const Layout& layout)
{
    KnobWrites writes;
    for (const KnobTwins& twins : kTwins)
        TRY(plan_twins(twins, resources, layout, writes));
    // Last, so that it may say the final word on a file that another property has set.
    TRY(plan_unified(resources, layout, writes));
    return writes;
}

}  // namespace runtime
