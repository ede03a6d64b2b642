#include <criterion/criterion.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

#include <cstring>

#include "runtime/seccomp.hpp"

using spec::SeccompAction;

namespace {

// What the program says, as the kernel runs it: its instructions as seccomp(2) allows them.
std::uint32_t outcome(const std::vector<sock_filter>& program, const seccomp_data& data)
{
    std::uint32_t a = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const sock_filter& each = program[at];
        const auto jump = [&](bool yes) { at += yes ? each.jt : each.jf; };
        switch (each.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                cr_assert_leq(each.k, sizeof data - sizeof a);
                std::memcpy(&a, reinterpret_cast<const char*>(&data) + each.k, sizeof a);
                break;
            case BPF_ALU | BPF_AND | BPF_K:
                a &= each.k;
                break;
            case BPF_JMP | BPF_JA:
                at += each.k;
                break;
            case BPF_JMP | BPF_JEQ | BPF_K:
                jump(a == each.k);
                break;
            case BPF_JMP | BPF_JGE | BPF_K:
                jump(a >= each.k);
                break;
            case BPF_JMP | BPF_JGT | BPF_K:
                jump(a > each.k);
                break;
            case BPF_RET | BPF_K:
                return each.k;
            default:
                cr_assert_fail("instruction %#x", each.code);
        }
    }
    cr_assert_fail("the program has no end");
    return 0;
}

seccomp_data call(std::uint32_t architecture, int number, std::uint64_t argument = 0)
{
    seccomp_data data = {};
    data.nr = number;
    data.arch = architecture;
    data.args[0] = argument;
    return data;
}

std::string name_of(std::uint32_t architecture, int number)
{
    char* const found = ::seccomp_syscall_resolve_num_arch(architecture, number);
    const std::string name = found ? found : "";
    ::free(found);
    return name;
}

// Names from all of the numbers: most are allowed, some have an errno of their own, and some depend
// on their first argument.
enum class Kind : std::uint8_t { Allowed, Errno, Argument, Unnamed };
Kind kind_of(std::string_view name)
{
    std::size_t sum = 0;
    for (const char c : name)
        sum += static_cast<unsigned char>(c);
    return sum % 7 == 0   ? Kind::Errno
           : sum % 7 == 1 ? Kind::Argument
           : sum % 7 == 2 ? Kind::Unnamed
                          : Kind::Allowed;
}
constexpr std::uint64_t kWanted = 0x100000007;  // both halves count

spec::Seccomp large_profile()
{
    spec::SeccompSyscall allowed = {.action = SeccompAction::Allow};
    spec::SeccompSyscall refused = {.action = SeccompAction::Errno, .errno_ret = 5};
    spec::SeccompSyscall depends = {
        .action = SeccompAction::Allow,
        .args = {{.index = 0, .value = kWanted, .op = spec::SeccompOperator::Eq}}};
    for (int number = 0; number < 440; ++number) {
        const std::string name = name_of(SCMP_ARCH_X86_64, number);
        const Kind kind = kind_of(name);
        if (name.empty() || kind == Kind::Unnamed)
            continue;
        (kind == Kind::Allowed ? allowed
         : kind == Kind::Errno ? refused
                               : depends)
            .names.push_back(name);
    }
    return {.default_action = SeccompAction::Errno,
            .architectures = {spec::SeccompArch::X86_64, spec::SeccompArch::X86},
            .syscalls = {allowed, refused, depends}};
}

std::uint32_t wanted(std::string_view name, std::uint64_t argument)
{
    switch (name.empty() ? Kind::Unnamed : kind_of(name)) {
        case Kind::Allowed:
            return SECCOMP_RET_ALLOW;
        case Kind::Errno:
            return SECCOMP_RET_ERRNO | 5;
        case Kind::Argument:
            return argument == kWanted ? SECCOMP_RET_ALLOW : SECCOMP_RET_ERRNO | EPERM;
        case Kind::Unnamed:
            return SECCOMP_RET_ERRNO | EPERM;
    }
    return 0;
}

}  // namespace

// The compiled program is a tree, and the stub stands before it: each number of the machine's own
// architecture is asked for, with arguments that do and do not fit.
Test(seccomp_program, says_of_every_number_what_the_profile_says)
{
    const auto profile = large_profile();
    const auto filter = runtime::compile_seccomp(profile);
    cr_assert(filter);
    std::size_t named = 0;
    for (const auto& rule : profile.syscalls)
        named += rule.names.size();
    cr_assert_gt(named, 200);
    int last = 0;
    for (const auto& rule : profile.syscalls)
        for (const auto& name : rule.names)
            last =
                std::max(last, ::seccomp_syscall_resolve_name_arch(SCMP_ARCH_X86_64, name.c_str()));
    for (int number = 0; number < 600; ++number)
        for (const std::uint64_t argument :
             {std::uint64_t{0}, std::uint64_t{7}, kWanted, ~kWanted}) {
            const seccomp_data data = call(AUDIT_ARCH_X86_64, number, argument);
            const std::uint32_t expected =
                number > last ? SECCOMP_RET_ERRNO | ENOSYS
                              : wanted(name_of(SCMP_ARCH_X86_64, number), argument);
            const std::uint32_t got = outcome(filter->program, data);
            cr_expect_eq(got, expected, "%d with %#lx: %#x, not %#x", number, argument, got,
                         expected);
        }
}

// What the profile names by itself decides for i386, too; other architectures, and x32, which the
// profile does not have, are killed as ever.
Test(seccomp_program, has_the_other_architectures)
{
    const auto filter = runtime::compile_seccomp(large_profile());
    const auto asked = [&](std::uint32_t architecture, const char* name) {
        const int number = ::seccomp_syscall_resolve_name_arch(architecture, name);
        cr_assert_geq(number, 0);
        return outcome(filter->program, call(architecture, number));
    };
    for (const char* name : {"read", "write", "openat", "getpid", "mkdir", "execve", "exit_group"})
        cr_expect_eq(asked(SCMP_ARCH_X86, name), wanted(name, 0), "%s", name);
    cr_expect_eq(outcome(filter->program, call(AUDIT_ARCH_I386, 999)), SECCOMP_RET_ERRNO | ENOSYS);
    cr_expect_eq(outcome(filter->program, call(AUDIT_ARCH_AARCH64, 1)), SECCOMP_RET_KILL_THREAD);
    cr_expect_eq(outcome(filter->program, call(AUDIT_ARCH_X86_64, 0x40000001)),
                 SECCOMP_RET_KILL_THREAD);
}
