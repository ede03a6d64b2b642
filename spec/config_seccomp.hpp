// The `linux.seccomp` section of config.json (runtime-spec 1.3.0, config-linux.md, "Seccomp").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spec/words.hpp"

namespace spec {

enum class SeccompAction : unsigned char {
    Kill,
    KillProcess,
    KillThread,
    Trap,
    Errno,
    Trace,
    Allow,
    Log,
    Notify
};
template <>
inline constexpr auto kWords<SeccompAction> =
    words("SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",
          "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY");

enum class SeccompArch : unsigned char {
    X86,
    X86_64,
    X32,
    Arm,
    Aarch64,
    Loongarch64,
    M68k,
    Mips,
    Mips64,
    Mips64N32,
    Mipsel,
    Mipsel64,
    Mipsel64N32,
    Ppc,
    Ppc64,
    Ppc64le,
    S390,
    S390x,
    Sh,
    Sheb,
    Parisc,
    Parisc64,
    Riscv64
};
template <>
inline constexpr auto kWords<SeccompArch> =
    words("SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM",
          "SCMP_ARCH_AARCH64", "SCMP_ARCH_LOONGARCH64", "SCMP_ARCH_M68K", "SCMP_ARCH_MIPS",
          "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64",
          "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64", "SCMP_ARCH_PPC64LE",
          "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_SH", "SCMP_ARCH_SHEB", "SCMP_ARCH_PARISC",
          "SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64");

enum class SeccompFlag : unsigned char { Tsync, Log, SpecAllow, WaitKillableRecv };
template <>
inline constexpr auto kWords<SeccompFlag> =
    words("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
          "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");

enum class SeccompOperator : unsigned char { Ne, Lt, Le, Eq, Ge, Gt, MaskedEq };
template <>
inline constexpr auto kWords<SeccompOperator> =
    words("SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
          "SCMP_CMP_MASKED_EQ");

struct SeccompArg {
    std::uint32_t index = 0;  // 0..5
    std::uint64_t value = 0;
    std::uint64_t value_two = 0;  // of SCMP_CMP_MASKED_EQ: `value` is its mask
    SeccompOperator op = SeccompOperator::Eq;
};

struct SeccompSyscall {
    std::vector<std::string> names = {};  // at least one
    SeccompAction action = SeccompAction::Kill;
    std::optional<std::uint16_t> errno_ret = {};  // only with ERRNO and TRACE; absent: EPERM
    std::vector<SeccompArg> args = {};
};

struct Seccomp {
    SeccompAction default_action = SeccompAction::Kill;
    std::optional<std::uint16_t> default_errno_ret = {};  // as SeccompSyscall::errno_ret
    std::vector<SeccompArch> architectures = {};
    std::vector<SeccompFlag> flags = {};
    std::string listener_path = {};  // set where any action is NOTIFY
    std::string listener_metadata = {};
    std::vector<SeccompSyscall> syscalls = {};
};

// Whether a supervisor is asked about any system call.
bool notifies(const Seccomp& seccomp);

}  // namespace spec
