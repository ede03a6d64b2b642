// What this is a version of: davit's own, the commit it was built from, the specifications'.
#pragma once

#include <string>
#include <string_view>

namespace spec {

inline constexpr std::string_view kVersion = "0.1.0";
inline constexpr std::string_view kRuntimeSpec = "1.3.0";  // the newest one whose words we know

extern const std::string_view kCommit;  // as `git describe --always --dirty` says it

// What `program --version` prints. Engines look for the words "version", "commit: " and "spec: ".
std::string version_text(std::string_view program);

}  // namespace spec
