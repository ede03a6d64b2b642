#include "runtime/seccomp.hpp"

#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <memory>
#include <span>

#include "sys/fd.hpp"

namespace runtime {

namespace {

// In the order of spec::SeccompArch.
constexpr std::uint32_t kArchitectures[] = {
    SCMP_ARCH_X86,
    SCMP_ARCH_X86_64,
    SCMP_ARCH_X32,
    SCMP_ARCH_ARM,
    SCMP_ARCH_AARCH64,
    0,  // Loongarch64: libseccomp 2.6
    0,  // M68k: the same
    SCMP_ARCH_MIPS,
    SCMP_ARCH_MIPS64,
    SCMP_ARCH_MIPS64N32,
    SCMP_ARCH_MIPSEL,
    SCMP_ARCH_MIPSEL64,
    SCMP_ARCH_MIPSEL64N32,
    SCMP_ARCH_PPC,
    SCMP_ARCH_PPC64,
    SCMP_ARCH_PPC64LE,
    SCMP_ARCH_S390,
    SCMP_ARCH_S390X,
    0,  // Sh
    0,  // Sheb
    SCMP_ARCH_PARISC,
    SCMP_ARCH_PARISC64,
    SCMP_ARCH_RISCV64,
};
static_assert(std::size(kArchitectures) == spec::kWords<spec::SeccompArch>.size());

constexpr unsigned int kFlags[] = {
    // in the order of spec::SeccompFlag
    SECCOMP_FILTER_FLAG_TSYNC,
    SECCOMP_FILTER_FLAG_LOG,
    SECCOMP_FILTER_FLAG_SPEC_ALLOW,
    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};
static_assert(std::size(kFlags) == spec::kWords<spec::SeccompFlag>.size());

constexpr unsigned int kOfListener = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

constexpr scmp_compare kOperators[] = {
    // in the order of spec::SeccompOperator
    SCMP_CMP_NE, SCMP_CMP_LT, SCMP_CMP_LE,        SCMP_CMP_EQ,
    SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ,
};
static_assert(std::size(kOperators) == spec::kWords<spec::SeccompOperator>.size());

std::uint32_t action(spec::SeccompAction action, std::optional<std::uint16_t> errno_ret)
{
    switch (action) {
        case spec::SeccompAction::Kill:
        case spec::SeccompAction::KillThread:
            return SCMP_ACT_KILL_THREAD;
        case spec::SeccompAction::KillProcess:
            return SCMP_ACT_KILL_PROCESS;
        case spec::SeccompAction::Trap:
            return SCMP_ACT_TRAP;
        case spec::SeccompAction::Errno:
            return SCMP_ACT_ERRNO(errno_ret.value_or(EPERM));
        case spec::SeccompAction::Trace:
            return SCMP_ACT_TRACE(errno_ret.value_or(EPERM));
        case spec::SeccompAction::Allow:
            return SCMP_ACT_ALLOW;
        case spec::SeccompAction::Log:
            return SCMP_ACT_LOG;
        case spec::SeccompAction::Notify:
            return SCMP_ACT_NOTIFY;
    }
    std::unreachable();
}

// libseccomp returns -errno.
std::unexpected<Error> failed_with_errno(int code, std::string doing)
{
    return std::unexpected(Error{.doing = std::move(doing), .code = -code});
}

// Those that the filter is for: the machine's own comes first.
Result<std::vector<std::uint32_t>> add_architectures(scmp_filter_ctx filter,
                                                     const spec::Seccomp& profile)
{
    std::vector<std::uint32_t> added = {::seccomp_arch_native()};
    for (const auto arch : profile.architectures) {
        const std::uint32_t token = kArchitectures[static_cast<std::size_t>(arch)];
        // One that this libseccomp does not know cannot be what this machine runs.
        if (token == 0 || ::seccomp_arch_exist(filter, token) == 0)
            continue;
        if (const int code = ::seccomp_arch_add(filter, token); code < 0)
            return failed_with_errno(code, format("add architecture {}", spec::word(arch)));
        added.push_back(token);
    }
    return added;
}

Result<> add_rule(scmp_filter_ctx filter, const std::string& name, std::uint32_t what,
                  std::span<const scmp_arg_cmp> args)
{
    const int number = ::seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR)
        return {};
    const int code = ::seccomp_rule_add_array(filter, what, number,
                                              static_cast<unsigned int>(args.size()), args.data());
    if (code < 0 && code != -EEXIST)
        return failed_with_errno(code, format("add a rule for {}", name));
    return {};
}

Result<> add_syscall(scmp_filter_ctx filter, const spec::SeccompSyscall& rule)
{
    std::vector<scmp_arg_cmp> args;
    bool twice = false;  // conditions on one argument, which one rule cannot hold: then any counts
    for (const auto& arg : rule.args) {
        const auto op = kOperators[static_cast<std::size_t>(arg.op)];
        for (const auto& before : args)
            twice = twice || before.arg == arg.index;
        args.push_back({arg.index, op, arg.value, arg.value_two});
    }
    const std::uint32_t what = action(rule.action, rule.errno_ret);
    for (const auto& name : rule.names) {
        if (!twice) {
            TRY(add_rule(filter, name, what, args));
            continue;
        }
        for (const auto& arg : args)
            TRY(add_rule(filter, name, what, {&arg, 1}));
    }
    return {};
}

// libseccomp 2.5 gives the program to a file only.
Result<std::vector<sock_filter>> program(scmp_filter_ctx filter)
{
    const sys::Fd file(::memfd_create("seccomp", MFD_CLOEXEC));
    if (!file)
        return failed_sys("make a file in memory");
    if (const int code = ::seccomp_export_bpf(filter, file.get()); code < 0)
        return failed_with_errno(code, "compile the filter");
    struct stat status = {};
    if (::fstat(file.get(), &status) < 0)
        return failed_sys("look at the compiled filter");
    std::vector<sock_filter> program(static_cast<std::size_t>(status.st_size) /
                                     sizeof(sock_filter));
    const auto size = static_cast<ssize_t>(program.size() * sizeof(sock_filter));
    if (::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size)
        return failed_sys("read the compiled filter");
    return program;
}

}  // namespace

Result<SeccompFilter> compile_seccomp(const spec::Seccomp& profile)
{
    const std::uint32_t otherwise = action(profile.default_action, profile.default_errno_ret);
    const std::unique_ptr<void, decltype(&seccomp_release)> filter(::seccomp_init(otherwise),
                                                                   ::seccomp_release);
    if (!filter)
        return failed("defaultAction {} cannot be a default", spec::word(profile.default_action));
    // A tree over the numbers, not a list of them: the kernel goes through all of it for each
    // number when it loads the filter, and then for what it could not tell in advance.
    if (const int code = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); code < 0)
        return failed_with_errno(code, "ask for a tree");
    auto architectures = TRY(add_architectures(filter.get(), profile));
    for (const auto& rule : profile.syscalls) {
        // What is done anyway needs no rule, and libseccomp refuses one.
        if (action(rule.action, rule.errno_ret) != otherwise)
            TRY(add_syscall(filter.get(), rule));
    }
    std::vector<sock_filter> whole;
    if (profile.default_action == spec::SeccompAction::Errno && otherwise != SCMP_ACT_ERRNO(ENOSYS))
        whole = answer_to_newer_calls(profile, std::move(architectures));
    const auto compiled = TRY(program(filter.get()));
    whole.insert(whole.end(), compiled.begin(), compiled.end());
    return filter_of(profile, std::move(whole));
}

SeccompFilter filter_of(const spec::Seccomp& profile, std::vector<sock_filter> program)
{
    SeccompFilter filter{.program = std::move(program), .notifies = spec::notifies(profile)};
    // Without flags, Speculative Store Bypass stays as the host has it: its mitigation costs much
    // and protects little (as runc, and Linux 5.16 by itself).
    if (profile.flags.empty())
        filter.flags = SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    for (const auto flag : profile.flags)
        filter.flags |= kFlags[static_cast<std::size_t>(flag)];
    return filter;
}

static Result<int> load(const SeccompFilter& filter, unsigned int flags)
{
    const sock_fprog program = {.len = static_cast<unsigned short>(filter.program.size()),
                                .filter = const_cast<sock_filter*>(filter.program.data())};
    if (filter.program.size() > USHRT_MAX)
        return failed("{} instructions, the kernel takes 4096", filter.program.size());
    const long done = ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    if (done < 0)
        return failed_sys("load a filter of {} instructions", filter.program.size());
    return static_cast<int>(done);
}

Result<> load_seccomp(const SeccompFilter& filter)
{
    // The flag is about the listener, and the kernel does not take it without one.
    TRY(load(filter, filter.flags & ~kOfListener));
    return {};
}

Result<int> load_seccomp_with_listener(const SeccompFilter& filter)
{
    unsigned int flags = filter.flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
    // Both return a number: with this one a failure to synchronize is told by an errno.
    if (flags & SECCOMP_FILTER_FLAG_TSYNC)
        flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
    return load(filter, flags);
}

std::vector<spec::SeccompArch> seccomp_architectures()
{
    std::vector<spec::SeccompArch> known;
    for (std::size_t i = 0; i < std::size(kArchitectures); ++i)
        if (kArchitectures[i])
            known.push_back(static_cast<spec::SeccompArch>(i));
    return known;
}

std::vector<spec::SeccompFlag> seccomp_flags()
{
    std::vector<spec::SeccompFlag> known;
    for (std::size_t i = 0; i < std::size(kFlags); ++i) {
        const unsigned int with = kFlags[i] & kOfListener ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
        // The kernel looks at the flags before it looks for the filter.
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, kFlags[i] | with, nullptr);
        if (errno == EFAULT)
            known.push_back(static_cast<spec::SeccompFlag>(i));
    }
    return known;
}

}  // namespace runtime
