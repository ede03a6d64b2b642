#include "runtime/seccomp_log.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>

#include "sys/file.hpp"

namespace runtime {

namespace {

constexpr ino_t kFirstPidNamespace = 0xEFFFFFFC;  // PROC_PID_INIT_INO
constexpr std::size_t kRecordMost = 8192;         // of /dev/kmsg

// The number after " name=", in this base.
std::optional<std::uint32_t> number(std::string_view record, std::string_view name, int base)
{
    const std::size_t at = record.find(name);
    if (at == record.npos)
        return std::nullopt;
    const char* begin = record.data() + at + name.size();
    std::uint32_t value = 0;
    const auto end = std::from_chars(begin, record.data() + record.size(), value, base);
    return end.ec == std::errc() ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string call_in_log(std::string_view record, pid_t pid)
{
    if (record.find("audit: type=1326 ") == record.npos)
        return {};
    const auto whose = number(record, " pid=", 10);
    const auto arch = number(record, " arch=", 16);
    const auto call = number(record, " syscall=", 10);
    if (!whose || !arch || !call || *whose != static_cast<std::uint32_t>(pid))
        return {};
    const std::unique_ptr<char, void (*)(void*)> name(
        ::seccomp_syscall_resolve_num_arch(*arch, static_cast<int>(*call)), std::free);
    return name ? std::string(name.get()) : std::to_string(*call);
}

std::string logged_call_of(pid_t pid)
{
    struct stat ours = {};
    if (::stat("/proc/self/ns/pid", &ours) < 0 || ours.st_ino != kFirstPidNamespace)
        return {};
    const auto log = sys::open_at(AT_FDCWD, "/dev/kmsg", O_RDONLY | O_NONBLOCK);
    if (!log)
        return {};
    std::string call;
    char record[kRecordMost];
    for (;;) {
        const ssize_t size = ::read(log->get(), record, sizeof record);
        if (size < 0 && errno == EPIPE)  // records were overwritten before we came to them
            continue;
        if (size <= 0)
            return call;
        if (auto one = call_in_log({record, static_cast<std::size_t>(size)}, pid); !one.empty())
            call = std::move(one);  // the last one: numbers are used again
    }
}

}  // namespace runtime
