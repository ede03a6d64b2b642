// What a process with several things to wait for waits with: epoll(7), and what epoll cannot do.
#pragma once

#include <cstdint>
#include <vector>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

class Loop {
public:
    struct Ready {
        unsigned key = 0;
        std::uint32_t events = 0;  // EPOLLIN and so on
    };

    static Result<Loop> make();

    // From now on `key` stands for these events of `fd`; of none: for nothing, which must be said
    // before `fd` is closed, for another process may have a copy that keeps it here. A file that
    // has no events (EPERM: a regular file) is always ready.
    Result<> watch(unsigned key, int fd, std::uint32_t events);

    // What is ready: at least one, or nothing after `timeout_ms` (-1: none).
    Result<std::vector<Ready>> wait(int timeout_ms);

private:
    struct Watch {
        unsigned key = 0;
        int fd = -1;
        std::uint32_t events = 0;
        bool always = false;
    };
    Watch& find(unsigned key);

    Fd epoll_ = {};
    std::vector<Watch> watches_ = {};
};

}  // namespace sys
