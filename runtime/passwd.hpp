// /etc/passwd of the current root, read by ourselves: the C library's own reader is no good in a
// static program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace runtime {

struct PasswdEntry {
    std::string name = {};
    std::string home = {};
};

// Nothing where the file does not say, is missing or is larger than 1 MiB.
std::optional<PasswdEntry> passwd_entry(std::uint32_t uid);

}  // namespace runtime
