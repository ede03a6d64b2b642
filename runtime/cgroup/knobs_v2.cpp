// The files of the v2 controllers; 0 sets nothing where it could not be a limit, as in v1.

#include <cmath>
#include <string>

#include "runtime/cgroup/knobs.hpp"

namespace runtime {

static std::string or_max(std::int64_t limit)
{
    return limit < 0 ? "max" : std::to_string(limit);
}

static std::unexpected<Error> only_v1(const std::string& property)
{
    return failed_at("/linux/resources/" + property, "cgroup v2 has nothing like it");
}

// v2 counts swap alone, the config memory and swap together.
static Result<> swap_v2(const spec::Memory& memory, KnobWrites& writes)
{
    const std::int64_t limit = memory.limit.value_or(0);
    std::int64_t swap = memory.swap.value_or(0);
    if (swap == 0 && limit == -1)
        swap = -1;  // no limit means none with swap either
    if (swap == 0)
        return {};
    if (swap > 0) {
        if (limit <= 0)
            return failed_at("/linux/resources/memory/swap",
                             "{} needs a memory limit to go with it", swap);
        if (swap < limit)
            return failed_at("/linux/resources/memory/swap",
                             "{} is memory and swap together, and less than the memory limit of {}",
                             swap, limit);
        swap -= limit;
    }
    // A kernel without swap has no such file, and gives neither more nor less than these.
    writes.push_back({.controller = "memory",
                      .file = "memory.swap.max",
                      .value = or_max(swap),
                      .property = "/linux/resources/memory/swap",
                      .must = swap <= 0 ? Must::IfThere : Must::Succeed});
    return {};
}

Result<> memory_v2(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.memory)
        return {};
    const spec::Memory& memory = *resources.memory;
    if (memory.swappiness)
        return only_v1("memory/swappiness");
    if (memory.disable_oom_killer.value_or(false))
        return only_v1("memory/disableOOMKiller");
    if (memory.kernel_tcp.value_or(0) > 0)
        return only_v1("memory/kernelTCP");
    // Memory.kernel and memory.useHierarchy: knob_warnings().
    TRY(swap_v2(memory, writes));
    if (memory.limit.value_or(0) != 0)
        writes.push_back({.controller = "memory",
                          .file = "memory.max",
                          .value = or_max(*memory.limit),
                          .property = "/linux/resources/memory/limit",
                          // v2 takes any limit and kills until it holds.
                          .usage_file = memory.check_before_update && *memory.limit > 0
                                            ? "memory.current"
                                            : ""});
    if (memory.reservation.value_or(0) != 0)
        writes.push_back({.controller = "memory",
                          .file = "memory.low",
                          .value = or_max(*memory.reservation),
                          .property = "/linux/resources/memory/reservation"});
    return {};
}

// Through (2, 1), (1024, 100) and (262144, 10000), a parabola between the logarithms: the formula
// of runc, crun and systemd's users since 2025.
std::uint64_t weight_of_shares(std::uint64_t shares)
{
    if (shares <= 2)
        return 1;
    if (shares >= 262144)
        return 10000;
    const double l = std::log2(static_cast<double>(shares));
    return static_cast<std::uint64_t>(
        std::ceil(std::pow(10, (l * l + 125 * l) / 612.0 - 7.0 / 34.0)));
}

Result<> cpu_v2(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.cpu)
        return {};
    const spec::Cpu& cpu = *resources.cpu;
    if (cpu.realtime_period.value_or(0) != 0)
        return only_v1("cpu/realtimePeriod");
    if (cpu.realtime_runtime.value_or(0) != 0)
        return only_v1("cpu/realtimeRuntime");
    const auto add = [&](const char* file, std::string value, const char* property) -> KnobWrite& {
        return writes.emplace_back(
            KnobWrite{.controller = "cpu",
                      .file = file,
                      .value = std::move(value),
                      .property = format("/linux/resources/cpu/{}", property)});
    };
    if (cpu.idle)
        add("cpu.idle", std::to_string(*cpu.idle), "idle");
    // An idle group has no other weight, and the kernel refuses to set one.
    if (cpu.shares.value_or(0) != 0 && cpu.idle.value_or(0) == 0)
        add("cpu.weight", std::to_string(weight_of_shares(*cpu.shares)), "shares");
    const std::int64_t quota = cpu.quota.value_or(0);
    const std::uint64_t period = cpu.period.value_or(0);
    if (quota != 0 || period != 0) {
        // The quota may stand alone, the period may not.
        std::string value = quota > 0 ? std::to_string(quota) : "max";
        if (period != 0)
            value += " " + std::to_string(period);
        add("cpu.max", value, quota != 0 ? "quota" : "period").or_later = true;
    }
    if (cpu.burst)
        add("cpu.max.burst", std::to_string(*cpu.burst), "burst").must =
            *cpu.burst == 0 ? Must::IfThere : Must::Succeed;
    return {};
}

Result<> pids_v2(const spec::Resources& resources, KnobWrites& writes)
{
    // The first process is born into the group (CLONE_INTO_CGROUP), which a limit of 0 would
    // refuse; v1 lets it move in. With 1 it is alone all the same.
    if (resources.pids)
        writes.push_back({.controller = "pids",
                          .file = "pids.max",
                          .value = resources.pids->limit == 0 ? "1" : or_max(resources.pids->limit),
                          .property = "/linux/resources/pids/limit"});
    return {};
}

// io.bfq.weight has the scale of the config, 1..1000; io.weight has 1..10000.
static KnobWrite io_weight(const std::string& device, std::uint16_t weight,
                           const std::string& property)
{
    const unsigned wide = weight < 10 ? 1 : 1 + (weight - 10U) * 9999 / 990;
    return {.controller = "io",
            .file = "io.bfq.weight",
            .value = device + std::to_string(weight),
            .property = format("/linux/resources/blockIO/{}", property),
            .other_file = "io.weight",
            .other_value = device + std::to_string(wide)};
}

Result<> block_io_v2(const spec::Resources& resources, KnobWrites& writes)
{
    if (!resources.block_io)
        return {};
    const spec::BlockIo& io = *resources.block_io;
    if (io.leaf_weight.value_or(0) != 0)
        return only_v1("blockIO/leafWeight");
    if (io.weight.value_or(0) != 0)
        writes.push_back(io_weight("", *io.weight, "weight"));
    for (std::size_t i = 0; i < io.weight_device.size(); ++i) {
        const spec::WeightDevice& each = io.weight_device[i];
        const std::string property = format("weightDevice/{}", i);
        if (each.leaf_weight.value_or(0) != 0)
            return only_v1(format("blockIO/{}/leafWeight", property));
        if (each.weight.value_or(0) != 0)
            writes.push_back(
                io_weight(format("{}:{} ", each.major, each.minor), *each.weight, property));
    }
    const auto throttle = [&](const std::vector<spec::ThrottleDevice>& devices, const char* key,
                              const char* property) {
        for (std::size_t i = 0; i < devices.size(); ++i)
            writes.push_back(  // a rate of 0 is none in v1, and refused in v2
                {.controller = "io",
                 .file = "io.max",
                 .value = format("{}:{} {}={}", devices[i].major, devices[i].minor, key,
                                 devices[i].rate == 0 ? "max" : std::to_string(devices[i].rate)),
                 .property = format("/linux/resources/blockIO/{}/{}", property, i)});
    };
    throttle(io.throttle_read_bps_device, "rbps", "throttleReadBpsDevice");
    throttle(io.throttle_write_bps_device, "wbps", "throttleWriteBpsDevice");
    throttle(io.throttle_read_iops_device, "riops", "throttleReadIOPSDevice");
    throttle(io.throttle_write_iops_device, "wiops", "throttleWriteIOPSDevice");
    return {};
}

Result<> net_classes_v2(const spec::Resources& resources, KnobWrites&)
{
    if (resources.network && resources.network->class_id.value_or(0) != 0)
        return only_v1("network/classID");
    return {};
}

Result<> net_priorities_v2(const spec::Resources& resources, KnobWrites&)
{
    if (resources.network && !resources.network->priorities.empty())
        return only_v1("network/priorities");
    return {};
}

}  // namespace runtime
