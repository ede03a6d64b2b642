#include "sys/program.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace sys {

namespace {

constexpr int kCannotExecute = 126;
constexpr std::size_t kStackSize = 16384;  // a dynamic linker may need most of it

// All that the child needs is computed before it is made. A sanitizer is to mark nothing there: its
// marks are in the memory that we share, and who executes never takes them back.
struct Start {
    char* const* argv = nullptr;
    Stdio stdio = {};
    pid_t parent = 0;
    int error = 0;  // of its execve(2)
};

[[gnu::no_sanitize_address]] bool give(int from, int number)
{
    if (from == number)
        return true;
    if (from >= 0)
        return ::dup2(from, number) == number;
    const int null = ::open("/dev/null", number == STDIN_FILENO ? O_RDONLY : O_WRONLY);
    if (null == number)
        return true;
    const bool given = null >= 0 && ::dup2(null, number) == number;
    ::close(null);
    return given;
}

[[gnu::no_sanitize_address]] int execute(void* argument)
{
    Start& start = *static_cast<Start*>(argument);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != start.parent)
        return kCannotExecute;
    if (!give(start.stdio.in, STDIN_FILENO) || !give(start.stdio.out, STDOUT_FILENO) ||
        !give(start.stdio.err, STDERR_FILENO))
        return kCannotExecute;
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv(start.argv[0], start.argv);
    start.error = errno;
    return kCannotExecute;
}

}  // namespace

Result<Process> start_program(const std::vector<std::string>& words, Stdio stdio)
{
    std::vector<char*> argv;
    for (const auto& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    Start start{.argv = argv.data(), .stdio = stdio, .parent = ::getpid()};
    // Until it executes it runs in our memory, on a stack of its own, and we stand still: a copy of
    // the memory would cost more than all the rest.
    alignas(16) char stack[kStackSize];
    int pidfd = -1;
    const pid_t pid = ::clone(execute, stack + sizeof stack,
                              CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, &pidfd);
    if (pid < 0)
        return failed_sys("start {}", words[0]);
    Process process(pid, Fd(pidfd));  // reaped where it has failed
    if (start.error)
        return std::unexpected(Error{.doing = "start " + words[0], .code = start.error});
    return process;
}

}  // namespace sys
