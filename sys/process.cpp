#include "sys/process.hpp"

#include <linux/sched.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "sys/file.hpp"

namespace sys {

static constexpr std::size_t kFdInfoMost = 4096;

Process::~Process()
{
    if (pid_ <= 0)
        return;
    (void)send_signal(pidfd_, SIGKILL);
    reap(pid_);
}

static Result<std::optional<int>> wait_for(pid_t pid, int flags)
{
    int status = 0;
    pid_t found;
    while ((found = ::waitpid(pid, &status, flags)) < 0)
        if (errno != EINTR)
            return failed_sys("wait for process {}", pid);
    if (found == 0)
        return std::nullopt;
    return status;
}

static int as_a_shell_tells_it(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<int> Process::wait()
{
    const auto status = TRY(wait_for(pid_, 0));
    pid_ = 0;
    end_ = status.value_or(0);
    return as_a_shell_tells_it(end_);
}

Result<std::optional<int>> Process::ended()
{
    const auto status = TRY(wait_for(pid_, WNOHANG));
    if (!status)
        return std::nullopt;
    pid_ = 0;
    end_ = *status;
    return as_a_shell_tells_it(end_);
}

Result<Process> spawn(unsigned long flags, int cgroup, int (*child)(void*), void* argument)
{
    int pidfd = -1;
    clone_args args = {};
    args.flags = flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
    args.pidfd = reinterpret_cast<__u64>(&pidfd);
    args.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD;  // there it is the caller's own
    if (cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<__u64>(cgroup);
    }
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &args, sizeof args));
    if (pid < 0)
        return failed_sys("clone with flags {:#x}", flags);
    if (pid == 0)
        ::_exit(child(argument));
    return Process(pid, Fd(pidfd));
}

namespace {

struct Work {
    int (*child)(void*) = nullptr;
    void* argument = nullptr;
    pid_t parent = 0;
};

int work_until_parent_dies(void* argument)
{
    const auto& work = *static_cast<Work*>(argument);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    return ::getppid() == work.parent ? work.child(work.argument) : 1;  // else it has died before
}

}  // namespace

Result<Process> spawn_worker(int (*child)(void*), void* argument, unsigned long flags)
{
    Work work = {child, argument, ::getpid()};
    return spawn(flags, -1, work_until_parent_dies, &work);
}

Result<Process> adopt(Fd pidfd)
{
    const std::string path = format("/proc/self/fdinfo/{}", pidfd.get());
    const std::string text = TRY(read_proc_file(AT_FDCWD, path, kFdInfoMost));
    constexpr std::string_view name = "\nPid:\t";
    const auto at = text.find(name);
    pid_t pid = 0;
    if (at == text.npos ||
        std::from_chars(&text[at] + name.size(), text.data() + text.size(), pid).ec !=
            std::errc() ||
        pid <= 0)
        return failed("{} names no process", path);
    return Process(pid, std::move(pidfd));
}

Result<> close_all_but(std::vector<int> kept)
{
    std::ranges::sort(kept);
    unsigned int from = 3;
    for (const int fd : kept) {
        if (fd < static_cast<int>(from))
            continue;
        const auto number = static_cast<unsigned int>(fd);
        if (number > from && ::close_range(from, number - 1, 0) < 0)
            return failed_sys("close descriptors {} to {}", from, number - 1);
        from = number + 1;
    }
    if (::close_range(from, ~0U, 0) < 0)
        return failed_sys("close descriptors from {} on", from);
    return {};
}

void close_each(std::vector<Fd>& fds)
{
    bool in_a_row = !fds.empty();
    for (std::size_t i = 1; i < fds.size(); ++i)
        in_a_row = in_a_row && fds[i].get() == fds[i - 1].get() + 1;
    if (in_a_row && ::close_range(static_cast<unsigned int>(fds.front().get()),
                                  static_cast<unsigned int>(fds.back().get()), 0) == 0)
        for (auto& fd : fds)
            (void)fd.release();
    fds.clear();
}

void give_memory_back()
{
    (void)::malloc_trim(0);
    // And of the stack what lies below us: calls that have returned had it. Beneath the stack the
    // kernel leaves a gap of a megabyte, so that nothing else is in reach.
    constexpr std::size_t page = 4096;
    constexpr std::size_t most = 64 * page;
    char* const here = static_cast<char*>(__builtin_frame_address(0));
    char* const end = here - reinterpret_cast<std::uintptr_t>(here) % page - page;
    (void)::madvise(end - most, most, MADV_DONTNEED);
}

Result<> give_up_stdio()
{
    const Fd null = TRY(open_at(AT_FDCWD, "/dev/null", O_RDWR));
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::dup2(null.get(), fd) < 0)
            return failed_sys("give standard descriptors up");
    return {};
}

Result<> send_signal(const Fd& pidfd, int signal)
{
    if (::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) < 0)
        return failed_sys("send signal {}", signal);
    return {};
}

static std::uint64_t microseconds(const timeval& time)
{
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
}

std::optional<EndedChild> next_ended_child()
{
    // The system call tells the usage, the library's function does not.
    siginfo_t info = {};
    rusage usage = {};
    if (::syscall(SYS_waitid, P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, &usage) < 0 ||
        info.si_pid == 0)
        return std::nullopt;
    EndedChild child{.pid = info.si_pid,
                     .wait_status = info.si_status,
                     .cpu_user_us = microseconds(usage.ru_utime),
                     .cpu_system_us = microseconds(usage.ru_stime)};
    if (info.si_code == CLD_EXITED)
        child.wait_status = W_EXITCODE(info.si_status, 0);
    else if (info.si_code == CLD_DUMPED)
        child.wait_status |= WCOREFLAG;
    return child;
}

void reap(pid_t pid)
{
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace sys
