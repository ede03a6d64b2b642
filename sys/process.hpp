// A child process held by its pidfd: killed and reaped when it goes out of scope.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

class Process {
public:
    Process() = default;
    Process(pid_t pid, Fd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
    Process(Process&& other) noexcept
        : pid_(std::exchange(other.pid_, 0)), pidfd_(std::move(other.pidfd_)), end_(other.end_)
    {
    }
    Process& operator=(Process&& other) noexcept
    {
        std::swap(pid_, other.pid_);
        std::swap(pidfd_, other.pidfd_);
        std::swap(end_, other.end_);
        return *this;
    }
    ~Process();

    pid_t pid() const { return pid_; }
    const Fd& pidfd() const { return pidfd_; }
    // Reap it: the status as a shell tells it, 0-255 or 128 + signal; nothing while it runs.
    Result<int> wait();
    Result<std::optional<int>> ended();
    int wait_status() const { return end_; }  // as wait(2) tells it, once it is reaped
    void detach() { pid_ = 0; }               // it is to outlive us

private:
    pid_t pid_ = 0;
    Fd pidfd_;
    int end_ = 0;
};

// clone3(2) with these flags (CLONE_NEW*, CLONE_PARENT), into the cgroup v2 folder `cgroup` where
// it is not -1. Runs `child` there and nothing after it: the child never returns into the caller's
// code, so no destructor of the parent runs twice. The caller must have a single thread.
Result<Process> spawn(unsigned long flags, int cgroup, int (*child)(void*), void* argument);

// A copy of this process that runs `child` and nothing after it, and that the kernel kills when we
// die. `flags` are CLONE_NEW*. The caller must have a single thread.
Result<Process> spawn_worker(int (*child)(void*), void* argument, unsigned long flags = 0);

// A child of ours that another process has made, with CLONE_PARENT: all we have is its pidfd.
Result<Process> adopt(Fd pidfd);

// Closes every descriptor from 3 on but these; those that are -1 do not count.
Result<> close_all_but(std::vector<int> kept);

// Closes these: in one call where they were opened one after the other.
void close_each(std::vector<Fd>& fds);

// Gives the kernel back what this process has freed: for one that is to wait for long.
void give_memory_back();

// Standard input, output and error become /dev/null: what they were is closed here.
Result<> give_up_stdio();

Result<> send_signal(const Fd& pidfd, int signal);

// A child that has ended and is not reaped yet, whichever of ours it is: wait_status as wait(2)
// tells it, and what it used, with its own children as far as it has reaped them.
struct EndedChild {
    pid_t pid = 0;
    int wait_status = 0;
    std::uint64_t cpu_user_us = 0;
    std::uint64_t cpu_system_us = 0;
};
std::optional<EndedChild> next_ended_child();
void reap(pid_t pid);

}  // namespace sys
