// Whom the kernel kills for memory: it counts for each control group, and of a child's death
// nothing else tells. What was counted while the first process lived on was not that process.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace shim {

class OomWatch {
public:
    using Clock = std::chrono::steady_clock;

    // Of this control group of v1 or v2; `seen`: of its kills, those that are known not to have
    // been the first process.
    static Result<OomWatch> open(const std::string& cgroup, std::uint64_t seen);

    // For epoll(7): once it is ready, notice() is due.
    int fd() const { return events_ ? events_.get() : counts_.get(); }
    std::uint32_t events() const;
    void notice();

    // When to look again, or nothing. A kill is counted after its event (v1) or before the signal
    // is sent (v2), so only a count that has stayed while the first process lived tells.
    const std::optional<Clock::time_point>& due() const { return due_; }

    // Whether seen() has risen.
    bool look(pid_t init);
    std::uint64_t seen() const { return seen_; }

private:
    sys::Fd counts_ = {};  // the file with the line "oom_kill N"
    sys::Fd events_ = {};  // v1: an eventfd
    std::uint64_t seen_ = 0;
    std::uint64_t last_ = 0;  // that was counted at the look before
    std::chrono::milliseconds pause_ = {};
    std::optional<Clock::time_point> due_ = {};
};

}  // namespace shim
