#include "sys/identity.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include <charconv>

#include "sys/file.hpp"

namespace sys {

static constexpr long kPidFileSystem = 0x50494446;  // PID_FS_MAGIC, of Linux 6.9
static constexpr std::size_t kProcMost = 4096;      // of the small files of /proc

// 0 where the kernel gives all pidfds one inode.
static Result<std::uint64_t> inode(const Fd& pidfd)
{
    struct statfs system = {};
    struct stat status = {};
    if (::fstatfs(pidfd.get(), &system) < 0 || ::fstat(pidfd.get(), &status) < 0)
        return failed_sys("look at a pidfd");
    return system.f_type == kPidFileSystem ? status.st_ino : 0;
}

static Result<std::uint64_t> start_time(pid_t pid)
{
    const std::string path = format("/proc/{}/stat", pid);
    const std::string text = TRY(read_proc_file(AT_FDCWD, path, kProcMost));
    // proc_pid_stat(5): the name, field 2, stands in parentheses and may hold any byte.
    std::size_t at = text.rfind(')');
    for (int field = 2; field < 22 && at != text.npos; ++field)
        at = text.find(' ', at + 1);
    std::uint64_t ticks = 0;
    if (at == text.npos ||
        std::from_chars(&text[at] + 1, text.data() + text.size(), ticks).ec != std::errc())
        return failed("{}: field 22 is missing", path);
    return ticks;
}

Result<std::string> boot_id()
{
    std::string text = TRY(read_proc_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", kProcMost));
    while (text.ends_with('\n'))
        text.pop_back();
    return text;
}

Result<spec::ProcessIdentity> identify(pid_t pid, const Fd& pidfd)
{
    spec::ProcessIdentity identity{.pid = pid};
    identity.pidfd_inode = TRY(inode(pidfd));
    identity.start_time = TRY(start_time(pid));
    identity.boot_id = TRY(boot_id());
    return identity;
}

Result<std::optional<Fd>> find_process(const spec::ProcessIdentity& identity)
{
    if (identity.pid <= 0)
        return std::nullopt;
    Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, identity.pid, 0)));
    if (!pidfd && (errno == ESRCH || errno == EINVAL))  // no process, or now another's thread
        return std::nullopt;
    if (!pidfd)
        return failed_sys("open process {}", identity.pid);
    // A pidfd is readable once its process has ended.
    pollfd ended = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, 0) < 0)
        return failed_sys("look at process {}", identity.pid);
    if (ended.revents)
        return std::nullopt;
    const std::string boot = TRY(boot_id());
    if (identity.boot_id != boot)
        return std::nullopt;
    if (identity.pidfd_inode) {
        const std::uint64_t found = TRY(inode(pidfd));
        if (identity.pidfd_inode != found)
            return std::nullopt;
        return pidfd;
    }
    const auto started = start_time(identity.pid);
    if (!started && started.error().code != ENOENT && started.error().code != ESRCH)
        return std::unexpected(started.error());
    if (!started || *started != identity.start_time)
        return std::nullopt;
    return pidfd;
}

}  // namespace sys
