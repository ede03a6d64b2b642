// The files of the v1 controllers. A value of 0 sets nothing wherever it could not be a limit:
// engines send it for "not given", and the peers read it so.

#include <string>

#include "runtime/cgroup/knobs.hpp"

namespace runtime {

Result<> memory_v1(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.memory)
        return {};
    const spec::Memory& memory = *resources.memory;
    const auto add = [&](const char* file, auto value, const char* property) -> KnobWrite& {
        return writes.emplace_back(
            KnobWrite{.controller = "memory",
                      .file = file,
                      .value = std::to_string(value),
                      .property = format("/linux/resources/memory/{}", property)});
    };
    const auto add_bounded = [&](const char* file, auto value, const char* property) {
        KnobWrite& knob = add(file, value, property);
        knob.or_later = true;
        knob.if_invalid =
            "the limit of memory (limit) cannot be above that of memory and swap "
            "together (swap); both can be changed at once";
    };
    // Memory.checkBeforeUpdate needs nothing here: v1 refuses a limit below what is in use and
    // cannot be reclaimed (EBUSY).
    if (memory.limit.value_or(0) != 0)
        add_bounded("memory.limit_in_bytes", *memory.limit, "limit");
    if (memory.swap.value_or(0) != 0)
        add_bounded("memory.memsw.limit_in_bytes", *memory.swap, "swap");
    else if (memory.limit.value_or(0) == -1)  // no limit means none with swap either
        add("memory.memsw.limit_in_bytes", -1, "limit").must = Must::IfThere;
    if (memory.reservation.value_or(0) != 0)
        add("memory.soft_limit_in_bytes", *memory.reservation, "reservation");
    if (memory.kernel_tcp.value_or(0) != 0)
        add("memory.kmem.tcp.limit_in_bytes", *memory.kernel_tcp, "kernelTCP").must =
            *memory.kernel_tcp < 0 ? Must::IfThere : Must::Succeed;
    if (memory.swappiness)
        add("memory.swappiness", *memory.swappiness, "swappiness");
    if (const auto& disabled = memory.disable_oom_killer)
        add("memory.oom_control", *disabled ? 1 : 0, "disableOOMKiller").must =
            *disabled ? Must::Succeed : Must::IfThere;
    // Memory.kernel and memory.useHierarchy: knob_warnings().
    return {};
}

Result<> cpu_v1(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.cpu)
        return {};
    const spec::Cpu& cpu = *resources.cpu;
    const auto add = [&](const char* file, auto value, const char* property) -> KnobWrite& {
        return writes.emplace_back(
            KnobWrite{.controller = "cpu",
                      .file = file,
                      .value = std::to_string(value),
                      .property = format("/linux/resources/cpu/{}", property)});
    };
    if (cpu.idle)
        add("cpu.idle", *cpu.idle, "idle");
    // An idle group has no other share, and the kernel refuses to set one.
    if (cpu.shares.value_or(0) != 0 && cpu.idle.value_or(0) == 0)
        add("cpu.shares", *cpu.shares, "shares");
    if (cpu.period.value_or(0) != 0)
        add("cpu.cfs_period_us", *cpu.period, "period").or_later = true;
    if (cpu.quota.value_or(0) != 0)
        add("cpu.cfs_quota_us", *cpu.quota, "quota").or_later = true;
    if (cpu.burst)
        add("cpu.cfs_burst_us", *cpu.burst, "burst").must =
            *cpu.burst == 0 ? Must::IfThere : Must::Succeed;
    if (cpu.realtime_period.value_or(0) != 0)
        add("cpu.rt_period_us", *cpu.realtime_period, "realtimePeriod").or_later = true;
    if (cpu.realtime_runtime.value_or(0) != 0)
        add("cpu.rt_runtime_us", *cpu.realtime_runtime, "realtimeRuntime").or_later = true;
    return {};
}

Result<> pids_v1(const spec::Resources& resources, KnobWrites& writes)
{
    if (resources.pids)
        writes.push_back(
            {.controller = "pids",
             .file = "pids.max",
             .value = resources.pids->limit < 0 ? "max" : std::to_string(resources.pids->limit),
             .property = "/linux/resources/pids/limit"});
    return {};
}

Result<> block_io_v1(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.block_io)
        return {};
    const spec::BlockIo& io = *resources.block_io;
    const auto add = [&](const char* file, const std::string& value, const std::string& property,
                         const char* other_file = "") {
        writes.push_back({.controller = "blkio",
                          .file = file,
                          .value = value,
                          .property = format("/linux/resources/blockIO/{}", property),
                          .other_file = other_file,
                          .other_value = value});
    };
    // The first name was CFQ's, which Linux 5.0 took away; BFQ has its own and no leaf weights.
    if (io.weight.value_or(0) != 0)
        add("blkio.weight", std::to_string(*io.weight), "weight", "blkio.bfq.weight");
    if (io.leaf_weight.value_or(0) != 0)
        add("blkio.leaf_weight", std::to_string(*io.leaf_weight), "leafWeight");
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& each = io.weight_device[i];
        const std::string device = format("{}:{} ", each.major, each.minor);
        const std::string property = format("weightDevice/{}", i);
        if (each.weight.value_or(0) != 0)
            add("blkio.weight_device", device + std::to_string(*each.weight), property,
                "blkio.bfq.weight_device");
        if (each.leaf_weight.value_or(0) != 0)
            add("blkio.leaf_weight_device", device + std::to_string(*each.leaf_weight), property);
    }
    const auto throttle = [&](const std::vector<spec::ThrottleDevice>& devices, const char* file,
                              const char* property) {
        for (std::size_t i = 0; i < devices.size(); ++i)
            add(file, format("{}:{} {}", devices[i].major, devices[i].minor, devices[i].rate),
                format("{}/{}", property, i));
    };
    throttle(io.throttle_read_bps_device, "blkio.throttle.read_bps_device",
             "throttleReadBpsDevice");
    throttle(io.throttle_write_bps_device, "blkio.throttle.write_bps_device",
             "throttleWriteBpsDevice");
    throttle(io.throttle_read_iops_device, "blkio.throttle.read_iops_device",
             "throttleReadIOPSDevice");
    throttle(io.throttle_write_iops_device, "blkio.throttle.write_iops_device",
             "throttleWriteIOPSDevice");
    return {};
}

Result<> net_classes_v1(const spec::Resources& resources, KnobWrites& writes)
{
    const std::uint32_t id = resources.network ? resources.network->class_id.value_or(0) : 0;
    if (id != 0)
        writes.push_back({.controller = "net_cls",
                          .file = "net_cls.classid",
                          .value = std::to_string(id),
                          .property = "/linux/resources/network/classID"});
    return {};
}

Result<> net_priorities_v1(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.network)
        return {};
    const auto& priorities = resources.network->priorities;
    for (std::size_t i = 0; i < priorities.size(); ++i)
        writes.push_back({.controller = "net_prio",
                          .file = "net_prio.ifpriomap",
                          .value = format("{} {}", priorities[i].name, priorities[i].priority),
                          .property = format("/linux/resources/network/priorities/{}", i)});
    return {};
}

}  // namespace runtime
