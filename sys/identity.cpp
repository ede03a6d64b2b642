#include "sys/identity.hpp"

#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <charconv>

#include "sys/file.hpp"

namespace sys {

static constexpr long kPidFileSystem = 0x50494446;  // PID_FS_MAGIC, of Linux 6.9
static constexpr std::size_t kProcMost = 4096;      // of the small files of /proc

namespace {

// Of <linux/pidfd.h> since Linux 6.13; `exit_code` since 6.15.
struct PidfdInfo {
    std::uint64_t mask;
    std::uint64_t cgroup;
    std::uint32_t pid, tgid, ppid;
    std::uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    std::int32_t exit_code;
};
constexpr std::uint64_t kInfoExit = 1 << 3;

// Known once it is reaped.
std::optional<int> exit_of(const Fd& pidfd)
{
    PidfdInfo info = {};
    info.mask = kInfoExit;
    if (::ioctl(pidfd.get(), _IOWR(0xff, 11, PidfdInfo), &info) < 0 || !(info.mask & kInfoExit))
        return std::nullopt;
    return info.exit_code;
}

}  // namespace

// 0 where the kernel gives all pidfds one inode.
static Result<std::uint64_t> inode(const Fd& pidfd)
{
    struct statfs system = {};
    struct stat status = {};
    if (::fstatfs(pidfd.get(), &system) < 0 || ::fstat(pidfd.get(), &status) < 0)
        return failed_sys("look at a pidfd");
    return system.f_type == kPidFileSystem ? status.st_ino : 0;
}

// What /proc/PID/stat says of a process (proc_pid_stat(5)).
struct Stat {
    char state = 0;                // field 3
    std::uint64_t flags = 0;       // field 9, PF_*
    std::uint64_t start_time = 0;  // field 22, in ticks since boot
    std::uint64_t pending = 0;     // field 31, signals: bit N - 1
    int wait_status = 0;           // field 52; 0 where we may not look into it
};

static Result<Stat> read_stat(pid_t pid)
{
    const std::string path = format("/proc/{}/stat", pid);
    const std::string text = TRY(read_proc_file(AT_FDCWD, path, kProcMost));
    // The name, field 2, stands in parentheses and may hold any byte.
    std::size_t at = text.rfind(')');
    Stat stat;
    const auto number = [&](auto& into) {
        return at != text.npos &&
               std::from_chars(&text[at] + 1, text.data() + text.size(), into).ec == std::errc();
    };
    for (int field = 3; field <= 52; ++field) {
        at = at == text.npos ? at : text.find(' ', at + (field == 3 ? 0 : 1));
        if (field == 3 && at != text.npos)
            stat.state = text[at + 1];
        if ((field == 9 && !number(stat.flags)) || (field == 22 && !number(stat.start_time)) ||
            (field == 31 && !number(stat.pending)) || (field == 52 && !number(stat.wait_status)))
            return failed("{}: field {} is missing", path, field);
    }
    return stat;
}

static Result<std::uint64_t> start_time(pid_t pid)
{
    const Stat stat = TRY(read_stat(pid));
    return stat.start_time;
}

bool is_dying(pid_t pid)
{
    constexpr std::uint64_t exiting = 0x4;     // PF_EXITING
    constexpr std::uint64_t signaled = 0x400;  // PF_SIGNALED
    const auto stat = read_stat(pid);
    return !stat || stat->state == 'Z' || stat->state == 'X' ||
           (stat->flags & (exiting | signaled)) || stat->pending >> (SIGKILL - 1) & 1;
}

char process_state(pid_t pid)
{
    const auto stat = read_stat(pid);
    return stat ? stat->state : 'X';
}

static bool has_ptrace_capability()
{
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    return ::syscall(SYS_capget, &header, data) == 0 && data[0].effective >> CAP_SYS_PTRACE & 1;
}

std::optional<int> wait_status(const spec::ProcessIdentity& identity, const Fd& pidfd)
{
    // A zombie has it in /proc; from then on, since Linux 6.15, its pidfd.
    if (const auto stat = read_stat(identity.pid); stat && stat->state == 'Z' &&
                                                   stat->start_time == identity.start_time &&
                                                   has_ptrace_capability())
        return stat->wait_status;
    return exit_of(pidfd);
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
