// A process that joins a container (exec), from the host to execve.
//
// It is made by two: the one between enters the container's control groups and joins its namespaces
// while nobody in the container can see it, lets go of all that is the host's, and then makes the
// process, a child of ours, as a member of the PID namespace. So there is no moment in which
// somebody inside could reach the host through it (CVE-2016-9962), whatever he may trace.
#pragma once

#include <optional>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/posture.hpp"
#include "runtime/user_namespace.hpp"
#include "spec/cpu_list.hpp"
#include "spec/result.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace runtime {

// What such a process works with: a copy of it, but for the descriptors named here.
struct Entry {
    const sys::Fd& init;           // pidfd of the container's first process
    unsigned long namespaces = 0;  // of init, CLONE_NEW*: to be joined
    const std::optional<IdMaps>& maps;
    const Groups& groups;  // with open entrances
    const std::optional<spec::CpuList>& cpus;
    Posture posture;
    sys::Channel parent = {};
};

// The process between. It sends the pidfd of the process that it makes, and ends.
Result<sys::Process> spawn_between(Entry& entry);

}  // namespace runtime
