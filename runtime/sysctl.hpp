// Kernel parameters of a container: those that belong to a namespace of its own, and no others.
#pragma once

#include <string>
#include <vector>

#include "runtime/namespaces.hpp"
#include "spec/json_map.hpp"
#include "spec/result.hpp"

namespace runtime {

struct Sysctl {
    std::string name = {};  // as it was written
    std::string path = {};  // below /proc/sys
    std::string value = {};
    unsigned long ns = 0;  // CLONE_NEW* of the namespace that it belongs to
};

// Names are as sysctl(8) takes them: the first of "." and "/" is the separator, and the other one
// then stands for the first. An error names the parameter.
Result<std::vector<Sysctl>> plan_sysctls(const spec::Map<std::string>& words,
                                         const Namespaces& namespaces);

// A namespace joined by path may still be the caller's own: then nothing of it may be changed.
Result<> check_sysctls(const std::vector<Sysctl>& plan, const Namespaces& namespaces);

// For the namespaces that this process stands in. /proc must be the host's.
Result<> write_sysctls(const std::vector<Sysctl>& plan);

}  // namespace runtime
