// The tables of config.json that more than one file needs, and what they ask of strings.
#pragma once

#include "spec/config.hpp"
#include "spec/json.hpp"

namespace spec {

extern const Object<Config> kConfig;
extern const Object<Process> kProcess;
extern const Object<Mount> kMount;
extern const Object<IdMapping> kIdMapping;
extern const Object<Linux> kLinux;
extern const Object<Resources> kResources;
extern const Object<Seccomp> kSeccomp;

// Major and minor numbers that fit into the kernel's dev_t: mknod cuts larger ones silently.
inline constexpr std::uint64_t kMajorMost = (1 << 12) - 1;
inline constexpr std::uint64_t kMinorMost = (1 << 20) - 1;

inline std::string_view filled(std::string_view text)
{
    return text.empty() ? "is empty" : "";
}
inline std::string_view absolute(std::string_view path)
{
    return path.starts_with('/') ? "" : "is not an absolute path";
}
inline std::string_view absolute_or_empty(std::string_view path)
{
    return path.empty() ? "" : absolute(path);
}

// NAME=value. runc refuses what is not, and so do we; the name may be any but empty.
inline std::string_view environment(std::string_view entry)
{
    const std::size_t equals = entry.find('=');
    return equals == entry.npos ? "is not NAME=value" : equals == 0 ? "has an empty name" : "";
}

}  // namespace spec
