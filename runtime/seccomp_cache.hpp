// Compiled filters, kept in files: libseccomp takes milliseconds for a profile that is the same for
// most containers of a host.
//
// They are in the folder `.seccomp` under --root, which no container can be called, each under a
// hash of all that it was made of: the profile as it was read, the kernel, libseccomp and us. What
// was hashed stands in the file, too, and is compared: two profiles are never taken for each other.
#pragma once

#include <string>

#include "runtime/seccomp.hpp"
#include "spec/config_seccomp.hpp"
#include "spec/result.hpp"

namespace runtime {

// As compile_seccomp(). A file that is not ours alone, or not whole, is passed over and written
// anew; where none can be written the filter is the same.
Result<SeccompFilter> cached_seccomp(const spec::Seccomp& profile, const std::string& root);

}  // namespace runtime
