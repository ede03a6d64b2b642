// The system calls of a confined child (fetcher/confine.hpp).
#pragma once

#include "spec/result.hpp"

namespace fetcher {

// From now on any other one kills this process. Needs no_new_privs or CAP_SYS_ADMIN.
Result<> load_filter();

}  // namespace fetcher
