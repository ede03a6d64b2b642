#include "runtime/events.hpp"

#include <algorithm>
#include <charconv>

#include "spec/json_writer.hpp"

namespace runtime {

namespace {

using spec::JsonWriter;

void write_pressure(JsonWriter& json, const std::optional<Pressure>& pressure)
{
    if (!pressure)
        return;
    json.key("psi").object();
    for (const auto& [name, line] :
         {std::pair("some", pressure->some), std::pair("full", pressure->full)}) {
        json.key(name).object();
        json.key("avg10").hundredths(line.avg10);
        json.key("avg60").hundredths(line.avg60);
        json.key("avg300").hundredths(line.avg300);
        json.member("total", line.total).end();
    }
    json.end();
}

void write_numbers(JsonWriter& json, std::string_view key,
                   const std::vector<std::uint64_t>& numbers)
{
    if (numbers.empty())
        return;
    json.key(key).array();
    for (const std::uint64_t number : numbers)
        json.value(number);
    json.end();
}

void write_cpu(JsonWriter& json, const CpuStats& cpu)
{
    json.key("cpu").object().key("usage").object().member("total", cpu.total);
    write_numbers(json, "percpu", cpu.percpu);
    write_numbers(json, "percpu_kernel", cpu.percpu_kernel);
    write_numbers(json, "percpu_user", cpu.percpu_user);
    json.member("kernel", cpu.kernel).member("user", cpu.user).end();
    json.key("throttling")
        .object()
        .member("periods", cpu.periods)
        .member("throttledPeriods", cpu.throttled_periods)
        .member("throttledTime", cpu.throttled_time)
        .end();
    write_pressure(json, cpu.pressure);
    json.end();
}

void write_cpuset(JsonWriter& json, const CpusetStats& cpuset)
{
    json.key("cpuset").object();
    write_numbers(json, "cpus", cpuset.cpus);
    write_numbers(json, "mems", cpuset.mems);
    for (const auto& [flag, value] : cpuset.flags)
        json.member(flag, value);
    json.end();
}

void write_memory_entry(JsonWriter& json, std::string_view key, const MemoryEntry& entry)
{
    json.key(key)
        .object()
        .member("limit", entry.limit)
        .member("usage", entry.usage)
        .member("max", entry.max)
        .member("failcnt", entry.failures)
        .end();
}

void write_memory(JsonWriter& json, const MemoryStats& memory)
{
    json.key("memory").object().member("cache", memory.cache);
    write_memory_entry(json, "usage", memory.usage);
    write_memory_entry(json, "swap", memory.swap);
    write_memory_entry(json, "kernel", memory.kernel);
    write_memory_entry(json, "kernelTCP", memory.kernel_tcp);
    json.key("raw").object();
    for (const auto& [name, value] : memory.raw)
        json.member(name, value);
    json.end();
    write_pressure(json, memory.pressure);
    json.end();
}

void write_io(JsonWriter& json, const IoStats& io)
{
    json.key("blkio").object();
    for (const auto& [key, entries] : {std::pair("ioServiceBytesRecursive", &io.bytes),
                                       std::pair("ioServicedRecursive", &io.operations)}) {
        if (entries->empty())
            continue;
        json.key(key).array();
        for (const auto& [major, minor, operation, value] : *entries)
            json.object()
                .member("major", major)
                .member("minor", minor)
                .member("op", operation)
                .member("value", value)
                .end();
        json.end();
    }
    write_pressure(json, io.pressure);
    json.end();
}

void write_hugepages(JsonWriter& json, const spec::Map<MemoryEntry>& pages)
{
    json.key("hugetlb").object();
    for (const auto& [size, entry] : pages)
        json.key(size)
            .object()
            .member("usage", entry.usage)
            .member("max", entry.max)
            .member("failcnt", entry.failures)
            .end();
    json.end();
}

void write_interfaces(JsonWriter& json, const std::vector<Interface>& interfaces)
{
    json.key("network_interfaces");
    if (interfaces.empty()) {
        json.null();
        return;
    }
    json.array();
    for (const auto& [name, received, sent] : interfaces)
        json.object()
            .member("Name", name)
            .member("RxBytes", received[0])
            .member("RxPackets", received[1])
            .member("RxErrors", received[2])
            .member("RxDropped", received[3])
            .member("TxBytes", sent[0])
            .member("TxPackets", sent[1])
            .member("TxErrors", sent[2])
            .member("TxDropped", sent[3])
            .end();
    json.end();
}

}  // namespace

std::vector<Interface> parse_interfaces(std::string_view text)
{
    constexpr std::size_t received = 8;  // columns, before those of what was sent
    std::vector<Interface> interfaces;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t colon = line.rfind(':');  // names may hold one
        if (colon == line.npos)
            continue;  // the two lines of headings
        Interface interface;
        line.remove_prefix(std::min(line.find_first_not_of(' '), colon));
        interface.name = line.substr(0, line.rfind(':'));
        line.remove_prefix(line.rfind(':') + 1);
        for (std::size_t column = 0;; ++column) {
            line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
            std::uint64_t value = 0;
            const char* const stop = line.data() + line.size();
            const auto [next, error] = std::from_chars(line.data(), stop, value);
            if (error != std::errc())
                break;
            line = {next, stop};
            if (column < 4)
                interface.received[column] = value;
            else if (column >= received && column < received + 4)
                interface.sent[column - received] = value;
        }
        interfaces.push_back(std::move(interface));
    }
    return interfaces;
}

std::string stats_line(std::string_view id, const Stats& stats,
                       const std::vector<Interface>& interfaces)
{
    JsonWriter json;
    json.object().member("type", "stats").member("id", id).key("data").object();
    write_cpu(json, stats.cpu);
    write_cpuset(json, stats.cpuset);
    write_memory(json, stats.memory);
    json.key("pids").object().member("current", stats.pids);
    if (stats.pids_limit)
        json.member("limit", stats.pids_limit);
    json.end();
    write_io(json, stats.io);
    write_hugepages(json, stats.hugepages);
    write_interfaces(json, interfaces);
    return json.end().end().text() + "\n";
}

std::string oom_line(std::string_view id)
{
    JsonWriter json;
    return json.object().member("type", "oom").member("id", id).end().text() + "\n";
}

}  // namespace runtime
