#include "shim/usage.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "sys/file.hpp"

namespace shim {

namespace {

constexpr std::size_t kFileMost = 65536;
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;  // v1 says "none" as a huge number

std::optional<std::string> text_of(const std::string& folder, std::string_view file)
{
    auto text = sys::read_proc_file(AT_FDCWD, format("{}/{}", folder, file), kFileMost);
    return text ? std::optional(std::move(*text)) : std::nullopt;
}

std::uint64_t number(std::string_view text)
{
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

std::uint64_t number_in(const std::string& folder, std::string_view file)
{
    const auto text = text_of(folder, file);
    return text ? number(*text) : 0;
}

// Of a file of lines "key value".
std::uint64_t value_of(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
            return number(line.substr(key.size() + 1));
    }
    return 0;
}

}  // namespace

std::uint64_t oom_kills_in(std::string_view text)
{
    return value_of(text, "oom_kill");
}

namespace {

struct MemoryFiles {
    const char* events;  // with a line "oom_kill N"
    const char* peak;
    const char* limit;
};
constexpr MemoryFiles kMemoryFiles[] = {
    {"memory.oom_control", "memory.max_usage_in_bytes", "memory.limit_in_bytes"},  // v1
    {"memory.events", "memory.peak", "memory.max"},                                // v2
};

// Whether this folder tells it.
bool read_kills(Usage& usage, const std::string& folder, const MemoryFiles& files)
{
    const auto events = text_of(folder, files.events);
    if (!events)
        return false;
    usage.memory_cgroup = folder;
    usage.oom_kills = oom_kills_in(*events);
    return true;
}

bool read_kills(Usage& usage, const std::string& folder)
{
    return std::ranges::any_of(kMemoryFiles,
                               [&](const auto& files) { return read_kills(usage, folder, files); });
}

bool read_memory(Usage& usage, const std::string& folder)
{
    for (const auto& files : kMemoryFiles) {
        if (!read_kills(usage, folder, files))
            continue;
        usage.memory_peak = number_in(folder, files.peak);
        usage.memory_limit = number_in(folder, files.limit);  // "max" is no number: 0
        if (usage.memory_limit > kNoLimit)
            usage.memory_limit = 0;
        return true;
    }
    return false;
}

bool read_v1_cpu(Usage& usage, const std::string& folder)
{
    const auto user = text_of(folder, "cpuacct.usage_user");
    if (!user)
        return false;
    usage.cpu_user_us = number(*user) / 1000;  // from nanoseconds
    usage.cpu_system_us = number_in(folder, "cpuacct.usage_sys") / 1000;
    return true;
}

bool read_v2_cpu(Usage& usage, const std::string& folder)
{
    const auto stat = text_of(folder, "cpu.stat");
    if (!stat || stat->find("user_usec") == stat->npos)  // v1 has one of that name, too
        return false;
    usage.cpu_user_us = value_of(*stat, "user_usec");
    usage.cpu_system_us = value_of(*stat, "system_usec");
    return true;
}

bool read_cpu(Usage& usage, const std::string& folder)
{
    return read_v1_cpu(usage, folder) || read_v2_cpu(usage, folder);
}

// On v1 a hierarchy is mostly mounted under the name of its controller, so that those come first;
// asking each of a dozen groups for files that it has not got is dear.
bool read_first(Usage& usage, const std::vector<std::string>& folders, std::string_view controller,
                bool (*read)(Usage&, const std::string&))
{
    for (const bool named : {true, false})
        for (const auto& folder : folders)
            if (folder.contains(controller) == named && read(usage, folder))
                return true;
    return false;
}

}  // namespace

Usage read_usage(const std::vector<std::string>& cgroups)
{
    Usage usage;
    (void)read_first(usage, cgroups, "/memory/", read_memory);
    usage.cpu_known = read_first(usage, cgroups, "cpuacct", read_cpu);
    return usage;
}

Usage read_oom_kills(const std::vector<std::string>& cgroups)
{
    Usage usage;
    (void)read_first(usage, cgroups, "/memory/", read_kills);
    return usage;
}

}  // namespace shim
