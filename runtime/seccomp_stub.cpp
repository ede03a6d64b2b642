// An answer for system calls that are newer than a profile.
//
// A profile lists what its author knew. What came into the kernel later falls to the default
// action, and a program that asks for it and is told EPERM takes that for a refusal, where ENOSYS
// would have had it use the older call (glibc with clone3 and faccessat2 is known for that). So
// above the highest number that the profile names, for each architecture, the answer is ENOSYS, as
// with runc. This stands in front of what libseccomp has compiled, whose text does not matter: its
// jumps are relative, and it begins with the accumulator that it expects.

#include <linux/seccomp.h>
#include <seccomp.h>

#include <algorithm>
#include <cstddef>

#include "runtime/seccomp.hpp"

namespace runtime {

namespace {

// x32 shares the mark of x86_64 (AUDIT_ARCH_X86_64); its numbers begin here.
constexpr std::uint32_t kX32 = 0x40000000;
constexpr std::uint32_t kAny = UINT32_MAX;

// The numbers from `low` on, up to the next range, are known as far as `last`.
struct Range {
    std::uint32_t low = 0;
    std::uint32_t last = 0;
};

sock_filter instruction(unsigned code, std::uint32_t k, std::uint8_t yes = 0, std::uint8_t no = 0)
{
    return {.code = static_cast<unsigned short>(code), .jt = yes, .jf = no, .k = k};
}

// The highest number of a system call that the profile names; nothing where it names none.
std::optional<std::uint32_t> last_known(const spec::Seccomp& profile, std::uint32_t architecture)
{
    int last = -1;
    for (const auto& rule : profile.syscalls)
        for (const auto& name : rule.names)
            last = std::max(last, ::seccomp_syscall_resolve_name_arch(architecture, name.c_str()));
    return last < 0 ? std::nullopt : std::optional(static_cast<std::uint32_t>(last));
}

// The ranges of one mark, the highest first. Of x32 libseccomp's filter says what is to become of
// it where the profile does not have it.
std::vector<Range> ranges_of(const spec::Seccomp& profile, std::uint32_t architecture, bool has_x32)
{
    std::vector<Range> ranges;
    if (architecture == SCMP_ARCH_X86_64) {
        const auto last = has_x32 ? last_known(profile, SCMP_ARCH_X32) : std::nullopt;
        ranges.push_back({kX32, last.value_or(kAny)});
    }
    if (const auto last = last_known(profile, architecture))
        ranges.push_back({0, *last});
    return ranges;
}

}  // namespace

std::vector<sock_filter> answer_to_newer_calls(const spec::Seccomp& profile,
                                               std::vector<std::uint32_t> architectures)
{
    constexpr unsigned load = BPF_LD | BPF_W | BPF_ABS;
    constexpr unsigned finish = BPF_JMP | BPF_JA;
    const bool has_x32 = std::erase(architectures, SCMP_ARCH_X32) > 0;
    std::vector<sock_filter> stub = {instruction(load, offsetof(seccomp_data, arch))};
    for (const std::uint32_t architecture : architectures) {
        const auto ranges = ranges_of(profile, architecture, has_x32);
        if (ranges.empty())
            continue;
        const auto block = static_cast<std::uint8_t>(1 + 4 * ranges.size());
        stub.push_back(instruction(BPF_JMP | BPF_JEQ | BPF_K, architecture, 0, block));
        stub.push_back(instruction(load, offsetof(seccomp_data, nr)));
        for (const auto& [low, last] : ranges) {
            stub.push_back(instruction(BPF_JMP | BPF_JGE | BPF_K, low, 0, 3));
            stub.push_back(instruction(BPF_JMP | BPF_JGT | BPF_K, last, 0, 1));
            stub.push_back(instruction(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
            stub.push_back(instruction(finish, 0));
        }
    }
    // An accumulator of 0, as at the beginning; by an instruction that the kernel can see through
    // when it looks for calls that are always allowed (seccomp_is_const_allow).
    stub.push_back(instruction(BPF_ALU | BPF_AND | BPF_K, 0));
    for (std::size_t at = 0; at < stub.size(); ++at)
        if (stub[at].code == finish)
            stub[at].k = static_cast<std::uint32_t>(stub.size() - at - 2);  // to that one
    return stub;
}

}  // namespace runtime
