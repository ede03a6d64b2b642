// Tells when the kernel runs out of memory in a group: an eventfd on v1
// (Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"), memory.events on v2.
#pragma once

#include <cstdint>
#include <string>

#include "runtime/cgroup/tree.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

class OomEvents {
public:
    static Result<OomEvents> open(const Group& group);

    // For epoll(7): once it is ready, or the container has ended, happened() is due.
    int fd() const { return events_ ? events_.get() : counts_.get(); }
    std::uint32_t events() const;
    // Whether there was one since the last time. A group that goes tells the same, and is none.
    bool happened();

private:
    std::string file_ = {};
    sys::Fd counts_ = {};
    sys::Fd events_ = {};  // v1
    std::uint64_t seen_ = 0;
};

}  // namespace runtime
