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
};

// System calls that libseccomp does not know by name are left out, as every runtime does: profiles
// name calls of kernels to come and of other machines.
Result<SeccompFilter> compile_seccomp(const spec::Seccomp& profile);

// For this thread and what it executes. Needs noNewPrivileges or CAP_SYS_ADMIN.
Result<> load_seccomp(const SeccompFilter& filter);

// What `features` tells: those that this libseccomp compiles for, and those that this kernel takes.
std::vector<spec::SeccompArch> seccomp_architectures();
std::vector<spec::SeccompFlag> seccomp_flags();

}  // namespace runtime
