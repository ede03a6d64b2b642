// The system-call filter of a container: compiled outside by libseccomp, loaded inside as bytes.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "spec/config_seccomp.hpp"
#include "spec/result.hpp"

namespace runtime {

struct SeccompFilter {
    std::vector<sock_filter> program = {};  // empty: no filter
    unsigned int flags = 0;                 // SECCOMP_FILTER_FLAG_*
    bool notifies = false;                  // a listener is to be made with it
};

// System calls that libseccomp does not know by name are left out, as every runtime does: profiles
// name calls of kernels to come and of other machines.
Result<SeccompFilter> compile_seccomp(const spec::Seccomp& profile);

// The same with the program that this profile was compiled to.
SeccompFilter filter_of(const spec::Seccomp& profile, std::vector<sock_filter> program);

// What stands in front of a filter that refuses what it does not name: system calls newer than all
// that the profile names are answered with ENOSYS. By libseccomp's tokens.
std::vector<sock_filter> answer_to_newer_calls(const spec::Seccomp& profile,
                                               std::vector<std::uint32_t> architectures);

// For this thread and what it executes. Needs noNewPrivileges or CAP_SYS_ADMIN. Of a filter that
// asks a supervisor, what he would be asked about fails with ENOSYS.
Result<> load_seccomp(const SeccompFilter& filter);
// The same with a supervisor: his descriptor, which is closed on execve.
Result<int> load_seccomp_with_listener(const SeccompFilter& filter);

// What `features` tells: those that this libseccomp compiles for, and those that this kernel takes.
std::vector<spec::SeccompArch> seccomp_architectures();
std::vector<spec::SeccompFlag> seccomp_flags();

}  // namespace runtime
