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
    unsigned long made = 0;                    // CLONE_NEW* of new ones
    std::vector<JoinedNamespace> joined = {};  // in the order in which they can be

    // Whether the container has one that is not the caller's own.
    bool has(unsigned long flag) const;

    // Which (CLONE_NEW*) are joined by the one who makes init: those that count for children only;
    // with a user namespace all that are the host's to join. The others are joined by init, the
    // cgroup namespace always: it may not show the groups that init is about to enter.
    unsigned long joined_before_init() const;
};

Namespaces plan_namespaces(const std::vector<spec::Namespace>& namespaces);

// setns(2) for this thread, into those of the joined ones that are in `which`; a PID or time
// namespace counts for its children only.
Result<> join_namespaces(const Namespaces& namespaces, unsigned long which);

// A new time namespace with these offsets, which counts for children of the caller only: once one
// is in it they are fixed (time_namespaces(7)).
Result<> make_time_namespace(const spec::TimeOffsets& offsets);

std::string_view namespace_word(unsigned long flag);  // "network"

// lo of the network namespace that we are in: in a new one it is down (netdevice(7)).
Result<> raise_loopback();

}  // namespace runtime
