#include "runtime/identity.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <charconv>

#include "runtime/passwd.hpp"
#include "sys/file.hpp"

namespace runtime {

static constexpr std::size_t kStatusMost = std::size_t{1} << 20;  // it lists all groups

Result<> set_limits(const std::vector<spec::Rlimit>& limits)
{
    for (const auto& limit : limits) {
        const rlimit value = {.rlim_cur = limit.soft, .rlim_max = limit.hard};
        if (::setrlimit(static_cast<__rlimit_resource>(limit.type), &value) < 0)
            return failed_sys("set {} to {}, at most {}", spec::word(limit.type), limit.soft,
                              limit.hard);
    }
    return {};
}

Result<> set_oom_score(pid_t pid, int score)
{
    const std::string path = format("/proc/{}/oom_score_adj", pid);
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, path, O_WRONLY));
    TRY_TO(sys::write_all(file.get(), format("{}", score)), "set {} to {}", path, score);
    return {};
}

Result<> become(const spec::User& user)
{
    // The kernel's calls, for the C library's would reach for other threads.
    if (user.uid != 0 && ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
        return failed_sys("keep capabilities across the change of the user");
    if (::syscall(SYS_setgroups, user.additional_gids.size(), user.additional_gids.data()) < 0)
        return failed_sys("set {} additional groups", user.additional_gids.size());
    if (::syscall(SYS_setresgid, user.gid, user.gid, user.gid) < 0)
        return failed_sys("become group {}", user.gid);
    if (::syscall(SYS_setresuid, user.uid, user.uid, user.uid) < 0)
        return failed_sys("become user {}", user.uid);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // fs.suid_dumpable may have set it
    return {};
}

Result<> own_stdio(uid_t uid)
{
    for (int fd = 0; uid != 0 && fd <= 2; ++fd) {
        struct stat status = {};
        if (::fstat(fd, &status) < 0)
            return failed_sys("look at descriptor {}", fd);
        const bool null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
        // What cannot be given away works as well as it did for the caller.
        if (!null && status.st_uid != uid && ::fchown(fd, uid, static_cast<gid_t>(-1)) < 0 &&
            errno != EINVAL && errno != EPERM && errno != EROFS)
            return failed_sys("give descriptor {} to user {}", fd, uid);
    }
    return {};
}

// A line of /proc/PID/status: "Name:\tvalue".
static std::string_view line_of(std::string_view status, std::string_view name)
{
    const auto at = status.find(format("\n{}:\t", name));
    if (at == status.npos)
        return {};
    const auto begin = at + name.size() + 3;
    return status.substr(begin, status.find('\n', begin) - begin);
}

Result<std::string> status_of(int proc, const std::string& process)
{
    return sys::read_proc_file(proc, process + "/status", kStatusMost);
}

void take_default_signals(std::string_view status)
{
    // As the kernel writes it: bit n-1 is signal n, in hexadecimal.
    const std::string_view ignored = line_of(status, "SigIgn");
    // The kernel's struct sigaction of nothing but SIG_DFL. The C library keeps 32 and 33 for
    // itself.
    constexpr unsigned long by_default[8] = {};
    std::uint64_t set = 0;
    std::from_chars(ignored.data(), ignored.data() + ignored.size(), set, 16);
    for (int signal = 1; signal <= 64; ++signal)
        if (set >> (signal - 1) & 1)
            ::syscall(SYS_rt_sigaction, signal, by_default, nullptr, sizeof(std::uint64_t));
}

Result<> check_posture(std::string_view status, const ExpectedPosture& expected)
{
    const CapabilitySets& capabilities = expected.capabilities;
    const struct {
        std::string_view name;
        std::string wanted;
    } rows[] = {
        {"Uid", format("{0}\t{0}\t{0}\t{0}", expected.uid)},
        {"Gid", format("{0}\t{0}\t{0}\t{0}", expected.gid)},
        {"CapInh", format("{:016x}", capabilities.inheritable)},
        {"CapPrm", format("{:016x}", capabilities.permitted)},
        {"CapEff", format("{:016x}", capabilities.effective)},
        {"CapBnd", format("{:016x}", capabilities.bounding)},
        {"CapAmb", format("{:016x}", capabilities.ambient)},
        {"NoNewPrivs", expected.no_new_privileges ? "1" : "0"},
    };
    for (const auto& [name, wanted] : rows)
        if (const auto found = line_of(status, name); found != wanted)
            return failed("{} is \"{}\" and should be \"{}\"", name, found, wanted);
    return {};
}

std::string home_of(std::uint32_t uid)
{
    const auto entry = passwd_entry(uid);
    return entry && !entry->home.empty() ? entry->home : "/";
}

}  // namespace runtime
