// The file that this program was executed from. Whoever meets one of its processes can open that
// file, as /proc/PID/exe: in a container, with the rights of root (CVE-2019-5736).
#pragma once

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// Whether nobody can write to it through this process: it is on a read-only mount, or it is a
// sealed memfd.
Result<bool> own_file_is_unwritable();

// The same file, unwritable: on a read-only mount of its own that is attached nowhere
// (CAP_SYS_ADMIN), or copied into a sealed memfd. The program does not change.
Result<Fd> mount_own_file();
Result<Fd> copy_own_file();

// Executes it in the place of this program, with this environment. Returns only on failure.
Result<> execute_again(const Fd& file, char* const argv[]);

}  // namespace sys
