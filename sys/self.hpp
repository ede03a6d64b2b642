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

// What our caller may have left us without, first in main(): children that end are told of (a
// caller may ignore SIGCHLD, and then nobody can wait), and the numbers 0 to 2 are taken, so that
// no file of ours gets one; what reads or writes there fails as if they were closed. Returns the
// closed ones as bits.
Result<unsigned> mend_inheritance();

// Executes it in the place of this program, with this environment. Returns only on failure.
Result<> execute_again(const Fd& file, char* const argv[]);

}  // namespace sys
