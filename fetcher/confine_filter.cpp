#include "fetcher/confine_filter.hpp"

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>

#include <memory>
#include <span>

namespace fetcher {

namespace {

// Reading a stream and writing a tree of files.
constexpr int kFiles[] = {
    SCMP_SYS(read),       SCMP_SYS(write),      SCMP_SYS(pwrite64),  SCMP_SYS(close),
    SCMP_SYS(openat),     SCMP_SYS(openat2),    SCMP_SYS(fstat),     SCMP_SYS(newfstatat),
    SCMP_SYS(statx),      SCMP_SYS(lseek),      SCMP_SYS(ftruncate), SCMP_SYS(mkdirat),
    SCMP_SYS(mknodat),    SCMP_SYS(symlinkat),  SCMP_SYS(linkat),    SCMP_SYS(unlinkat),
    SCMP_SYS(renameat2),  SCMP_SYS(readlinkat), SCMP_SYS(fchownat),  SCMP_SYS(fchown),
    SCMP_SYS(fchmod),     SCMP_SYS(fchmodat),   SCMP_SYS(fsetxattr), SCMP_SYS(utimensat),
    SCMP_SYS(getdents64),
};

// What the C library needs besides: memory, and a way to end.
constexpr int kProcess[] = {
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(futex),
    SCMP_SYS(getrandom),
    SCMP_SYS(exit_group),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(restart_syscall),
#ifdef __SANITIZE_ADDRESS__
    SCMP_SYS(sigaltstack),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(sched_yield),
    SCMP_SYS(prctl),
    SCMP_SYS(prlimit64),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(readlink),
    SCMP_SYS(ioctl),
    SCMP_SYS(writev),
    SCMP_SYS(exit),
#endif
};

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

std::unexpected<Error> failed_with_errno(int code, std::string doing)  // libseccomp's: -errno
{
    return std::unexpected(Error{.doing = std::move(doing), .code = -code});
}

Result<> allow(const Filter& filter, int call, std::span<const scmp_arg_cmp> arguments = {})
{
    const int code =
        ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ALLOW, call,
                                 static_cast<unsigned int>(arguments.size()), arguments.data());
    if (code < 0)
        return failed_with_errno(code, format("allow system call {}", call));
    return {};
}

// No memory that can be executed, but what is there already; of fcntl what listing a folder needs.
Result<> allow_some(const Filter& filter)
{
    const scmp_arg_cmp not_executable[] = {
        {.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0}};
    TRY(allow(filter, SCMP_SYS(mmap), not_executable));
    TRY(allow(filter, SCMP_SYS(mprotect), not_executable));
    for (const int command : {F_DUPFD_CLOEXEC, F_GETFL, F_GETFD, F_SETFD}) {
        const scmp_arg_cmp is_command[] = {{.arg = 1,
                                            .op = SCMP_CMP_EQ,
                                            .datum_a = static_cast<scmp_datum_t>(command),
                                            .datum_b = 0}};
        TRY(allow(filter, SCMP_SYS(fcntl), is_command));
    }
    return {};
}

}  // namespace

Result<> load_filter()
{
    const Filter filter(::seccomp_init(SCMP_ACT_KILL_PROCESS), ::seccomp_release);
    if (!filter)
        return failed("no memory for a filter of system calls");
    for (const int call : kFiles)
        TRY(allow(filter, call));
    for (const int call : kProcess)
        TRY(allow(filter, call));
    TRY(allow_some(filter));
    if (const int code = ::seccomp_load(filter.get()); code < 0)
        return failed_with_errno(code, "load a filter of system calls");
    return {};
}

}  // namespace fetcher
