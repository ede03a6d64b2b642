#include "runtime/cgroup/stats.hpp"

#include <algorithm>
#include <charconv>

#include "spec/text.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace runtime {

namespace {

constexpr std::size_t kFileMost = 4 << 20;
constexpr std::uint64_t kNsOfTick = 10'000'000;  // the kernel tells ticks of 1/100 s (USER_HZ)

// The part up to the separator; `text` loses it.
std::string_view next(std::string_view& text, char separator)
{
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return text.starts_with("max") ? UINT64_MAX : value;
}

std::uint64_t in(const spec::Map<std::uint64_t>& map, const char* name)
{
    const auto found = map.find(name);
    return found == map.end() ? 0 : found->second;
}

// The files of one group; what is not there is empty.
class Files {
public:
    explicit Files(const Group* group) : group_(group) {}

    bool v2() const { return group_ && group_->hierarchy.version == CgroupVersion::V2; }
    std::string text(const std::string& name) const
    {
        if (!group_)
            return "";
        auto text = sys::read_proc_file(AT_FDCWD, group_->path + "/" + name, kFileMost);
        return text ? *std::move(text) : "";
    }
    std::uint64_t value(const std::string& name) const { return number(text(name)); }
    const Group* group() const { return group_; }

private:
    const Group* group_;
};

std::vector<std::uint64_t> numbers(std::string_view text)
{
    std::vector<std::uint64_t> all;
    while (!text.empty())
        if (const auto word = next(text, ' '); !word.empty() && word != "\n")
            all.push_back(number(word));
    return all;
}

// "cpu user system", then a line for each CPU.
void read_percpu(std::string_view text, CpuStats& cpu)
{
    next(text, '\n');
    while (!text.empty()) {
        const auto line = numbers(next(text, '\n'));
        if (line.size() < 3)
            continue;
        cpu.percpu_user.push_back(line[1]);
        cpu.percpu_kernel.push_back(line[2]);
    }
}

CpuStats read_cpu(const Groups& groups)
{
    CpuStats cpu;
    const Files bandwidth(groups.with("cpu"));
    const auto stat = parse_flat(bandwidth.text("cpu.stat"));
    cpu.periods = in(stat, "nr_periods");
    cpu.throttled_periods = in(stat, "nr_throttled");
    cpu.throttled_time =
        bandwidth.v2() ? in(stat, "throttled_usec") * 1000 : in(stat, "throttled_time");
    if (const Files accounts(groups.with("cpuacct")); accounts.group()) {
        const auto ticks = parse_flat(accounts.text("cpuacct.stat"));
        cpu.total = accounts.value("cpuacct.usage");
        cpu.user = in(ticks, "user") * kNsOfTick;
        cpu.kernel = in(ticks, "system") * kNsOfTick;
        cpu.percpu = numbers(accounts.text("cpuacct.usage_percpu"));
        read_percpu(accounts.text("cpuacct.usage_all"), cpu);
    } else {  // every group of v2 counts, with the controller and without
        const auto usage = parse_flat(Files(groups.v2()).text("cpu.stat"));
        cpu.total = in(usage, "usage_usec") * 1000;
        cpu.user = in(usage, "user_usec") * 1000;
        cpu.kernel = in(usage, "system_usec") * 1000;
    }
    cpu.pressure = parse_pressure(Files(groups.v2()).text("cpu.pressure"));
    return cpu;
}

CpusetStats read_cpuset(const Groups& groups)
{
    const Files files(groups.with("cpuset"));
    const char* const effective = files.v2() ? ".effective" : "";
    CpusetStats cpuset = {.cpus = parse_list(files.text(format("cpuset.cpus{}", effective))),
                          .mems = parse_list(files.text(format("cpuset.mems{}", effective)))};
    for (const char* flag : {"cpu_exclusive", "mem_exclusive", "mem_hardwall", "memory_migrate",
                             "memory_pressure", "memory_spread_page", "memory_spread_slab",
                             "sched_load_balance", "sched_relax_domain_level"}) {
        const std::string text = files.v2() ? "" : files.text(format("cpuset.{}", flag));
        std::int64_t value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        cpuset.flags[flag] = value;
    }
    return cpuset;
}

MemoryEntry entry_v1(const Files& files, const std::string& name)
{
    return {.limit = files.value(name + ".limit_in_bytes"),
            .usage = files.value(name + ".usage_in_bytes"),
            .max = files.value(name + ".max_usage_in_bytes"),
            .failures = files.value(name + ".failcnt")};
}

MemoryEntry entry_v2(const Files& files, const std::string& name)
{
    return {.limit = files.value(name + ".max"),
            .usage = files.value(name + ".current"),
            .max = files.value(name + ".peak")};
}

MemoryStats read_memory(const Groups& groups)
{
    MemoryStats memory;
    const Files files(groups.with("memory"));
    memory.raw = parse_flat(files.text("memory.stat"));
    if (files.v2()) {
        memory.cache = in(memory.raw, "file");
        memory.usage = entry_v2(files, "memory");
        memory.usage.failures = in(parse_flat(files.text("memory.events")), "max");
        memory.swap = entry_v2(files, "memory.swap");
        memory.swap.usage += memory.usage.usage;
        const bool limited = memory.swap.limit != UINT64_MAX && memory.usage.limit != UINT64_MAX;
        memory.swap.limit = limited ? memory.swap.limit + memory.usage.limit : UINT64_MAX;
        memory.swap.max = 0;  // both were not at their highest at the same time
    } else {
        memory.cache = in(memory.raw, "cache");
        memory.usage = entry_v1(files, "memory");
        memory.swap = entry_v1(files, "memory.memsw");
        memory.kernel = entry_v1(files, "memory.kmem");
        memory.kernel_tcp = entry_v1(files, "memory.kmem.tcp");
    }
    memory.pressure = parse_pressure(Files(groups.v2()).text("memory.pressure"));
    return memory;
}

IoStats read_io(const Groups& groups)
{
    IoStats io;
    if (const Files files(groups.with("blkio")); files.group()) {
        // Only one of the two has something to tell, and either may be missing.
        for (const char* kind : {"bfq.", "throttle."}) {
            const auto file = [&](const char* what) {
                return files.text(format("blkio.{}io_{}_recursive", kind, what));
            };
            if (io.bytes.empty())
                io.bytes = parse_io_v1(file("service_bytes"));
            if (io.operations.empty())
                io.operations = parse_io_v1(file("serviced"));
        }
    } else {
        parse_io_v2(Files(groups.with("io")).text("io.stat"), io);
    }
    io.pressure = parse_pressure(Files(groups.v2()).text("io.pressure"));
    return io;
}

spec::Map<MemoryEntry> read_hugepages(const Groups& groups)
{
    spec::Map<MemoryEntry> pages;
    const Files files(groups.with("hugetlb"));
    if (!files.group())
        return pages;
    const auto folder = sys::open_at(AT_FDCWD, files.group()->path, O_RDONLY | O_DIRECTORY);
    const auto names = folder ? sys::names_in(*folder) : Result<std::vector<std::string>>();
    if (!names)
        return pages;
    const std::string_view end = files.v2() ? ".current" : ".usage_in_bytes";
    constexpr std::string_view begin = "hugetlb.";
    for (const std::string& name : *names) {
        if (!name.starts_with(begin) || !name.ends_with(end) || name.contains(".rsvd."))
            continue;
        const std::string stem = name.substr(0, name.size() - end.size());
        MemoryEntry entry = files.v2() ? entry_v2(files, stem) : entry_v1(files, stem);
        if (files.v2())
            entry.failures = in(parse_flat(files.text(stem + ".events")), "max");
        pages[stem.substr(begin.size())] = entry;
    }
    return pages;
}

}  // namespace

spec::Map<std::uint64_t> parse_flat(std::string_view text)
{
    spec::Map<std::uint64_t> map;
    while (!text.empty()) {
        std::string_view line = next(text, '\n');
        const std::string_view name = next(line, ' ');
        if (!name.empty() && !line.empty())
            map[std::string(name)] = number(line);
    }
    return map;
}

std::vector<std::uint64_t> parse_list(std::string_view text)
{
    constexpr std::uint64_t most = 65535;  // as many CPUs as runc's type has numbers for
    std::vector<std::uint64_t> all;
    text = text.substr(0, text.find('\n'));
    while (!text.empty()) {
        std::string_view range = next(text, ',');
        const std::uint64_t first = number(next(range, '-'));
        const std::uint64_t last = range.empty() ? first : std::min(number(range), most);
        for (std::uint64_t each = first; each <= last; ++each)
            all.push_back(each);
    }
    return all;
}

std::optional<Pressure> parse_pressure(std::string_view text)
{
    Pressure pressure;
    bool any = false;
    while (!text.empty()) {
        std::string_view line = next(text, '\n');
        const std::string_view kind = next(line, ' ');
        if (kind != "some" && kind != "full")
            continue;
        any = true;
        PressureLine& into = kind == "some" ? pressure.some : pressure.full;
        while (!line.empty()) {
            std::string_view value = next(line, ' ');
            const std::string_view name = next(value, '=');
            const std::string_view whole = next(value, '.');
            if (name == "total")
                into.total = number(whole);
            for (auto [average, member] : {std::pair("avg10", &PressureLine::avg10),
                                           std::pair("avg60", &PressureLine::avg60),
                                           std::pair("avg300", &PressureLine::avg300)})
                if (name == average)
                    into.*member = number(whole) * 100 + number(value);
        }
    }
    return any ? std::optional(pressure) : std::nullopt;
}

std::vector<IoEntry> parse_io_v1(std::string_view text)
{
    std::vector<IoEntry> entries;
    while (!text.empty()) {
        std::string_view line = next(text, '\n');
        std::string_view device = next(line, ' ');
        const std::string_view operation = next(line, ' ');
        if (!device.contains(':') || line.empty())
            continue;  // the sum of all
        const std::uint64_t major = number(next(device, ':'));
        entries.push_back({major, number(device), std::string(operation), number(line)});
    }
    return entries;
}

void parse_io_v2(std::string_view text, IoStats& into)
{
    while (!text.empty()) {
        std::string_view line = next(text, '\n');
        std::string_view device = next(line, ' ');
        const std::uint64_t major = number(next(device, ':'));
        while (!line.empty()) {
            std::string_view value = next(line, ' ');
            const std::string_view name = next(value, '=');
            IoEntry entry{major, number(device), name.starts_with('r') ? "Read" : "Write",
                          number(value)};
            if (name == "rbytes" || name == "wbytes")
                into.bytes.push_back(std::move(entry));
            else if (name == "rios" || name == "wios")
                into.operations.push_back(std::move(entry));
        }
    }
}

Stats read_stats(const Groups& groups)
{
    const Files pids(groups.with("pids"));
    const std::uint64_t limit = pids.value("pids.max");
    return {.cpu = read_cpu(groups),
            .cpuset = read_cpuset(groups),
            .memory = read_memory(groups),
            .pids = pids.value("pids.current"),
            .pids_limit = limit == UINT64_MAX ? 0 : limit,
            .io = read_io(groups),
            .hugepages = read_hugepages(groups)};
}

}  // namespace runtime
