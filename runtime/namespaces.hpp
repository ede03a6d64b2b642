// The namespaces of a container: which are made, which are joined, and how the kernel calls them.
#pragma once

#include <string>
#include <vector>

#include "spec/config_linux.hpp"
#include "spec/result.hpp"

namespace runtime {

struct JoinedNamespace {
    unsigned long flag = 0;  // CLONE_NEW*
    std::string path = {};   // of a namespace file, as in /proc/PID/ns
};

struct Namespaces {
    unsigned long made = 0;  // CLONE_NEW* of new ones
    std::vector<JoinedNamespace> joined = {};

    // Whether the container has one that is not the caller's own.
    bool has(unsigned long flag) const;
};

Namespaces plan_namespaces(const std::vector<spec::Namespace>& namespaces);

// setns(2) for this thread; a PID or time namespace counts for its children only.
Result<> join_namespace(const JoinedNamespace& joined);

std::string_view namespace_word(unsigned long flag);  // "network"

}  // namespace runtime
