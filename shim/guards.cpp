#include "shim/guards.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>

#include "spec/result.hpp"
#include "sys/file.hpp"
#include "sys/folder.hpp"

namespace shim {

namespace {

constexpr std::size_t kProcMost = 4096;

// A lock belongs to what was opened, not to who did: /proc tells of which.
bool holds_lock(const sys::Fd& process, const struct stat& record)
{
    const auto fds = sys::open_at(process.get(), "fd", O_RDONLY | O_DIRECTORY);
    const auto names = fds ? sys::names_in(*fds) : Result<std::vector<std::string>>();
    if (!fds || !names)
        return false;
    for (const auto& name : *names) {
        struct stat file = {};
        if (::fstatat(fds->get(), name.c_str(), &file, 0) < 0 || file.st_ino != record.st_ino ||
            file.st_dev != record.st_dev)
            continue;
        const auto info = sys::read_proc_file(process.get(), "fdinfo/" + name, kProcMost);
        if (info && info->contains("FLOCK") && info->contains("WRITE"))
            return true;
    }
    return false;
}

bool is_shim(const sys::Fd& process)
{
    const auto name = sys::read_proc_file(process.get(), "comm", kProcMost);
    return name && (*name == "shim\n" || *name == "shim:keeper\n");
}

}  // namespace

std::vector<Guard> guards_of(const sys::Fd& record)
{
    std::vector<Guard> guards;
    struct stat of_record = {};
    const auto proc = sys::open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY);
    const auto names = proc ? sys::names_in(*proc) : Result<std::vector<std::string>>();
    if (!proc || !names || ::fstat(record.get(), &of_record) < 0)
        return guards;
    for (const auto& name : *names) {
        pid_t pid = 0;
        const char* end = name.data() + name.size();
        if (std::from_chars(name.data(), end, pid).ptr != end || pid == ::getpid())
            continue;
        // The process is held before it is looked at, so that it is the one that was looked at.
        sys::Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        const auto process = sys::open_at(proc->get(), name, O_RDONLY | O_DIRECTORY);
        if (pidfd && process && is_shim(*process) && holds_lock(*process, of_record))
            guards.push_back({pid, std::move(pidfd)});
    }
    return guards;
}

}  // namespace shim
