// Who an image's process is to be: its `User` ("alice", "1000:99"), looked up in the texts of the
// image's own /etc/passwd and /etc/group.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "spec/config_process.hpp"
#include "spec/result.hpp"

namespace spec {

// As much of a file of the image as is to be read, in bytes; a larger one is an error
// (CVE-2026-47262).
inline constexpr std::size_t kUserFileMost = std::size_t{1} << 20;
// The kernel's NGROUPS_MAX.
inline constexpr std::size_t kGroupsMost = 65536;

struct FoundUser {
    User user = {};         // its own group is among additional_gids too (CVE-2022-36109)
    std::string name = {};  // empty: passwd does not have it
    std::string home = "/";
};

// As Docker and containerd have it. Digits alone are an id, always: they are never looked up as a
// name, and what is past kIdMost is an error (CVE-2024-40635). An id need not be in passwd: its
// group is then 0. Without a group, that of passwd counts and the groups that list the user as
// their member; with one, it alone. Empty is root. A name that is not there is an error; lines that
// are none, or whose ids are out of range, are skipped.
Result<FoundUser> find_user(std::string_view wanted, std::string_view passwd,
                            std::string_view group);

}  // namespace spec
