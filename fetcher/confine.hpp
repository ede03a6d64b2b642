// A child that may read one stream and write one folder, and do nothing else: it is there to parse
// what strangers made. Needs root.
#pragma once

#include <cstdint>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace fetcher {

struct Confinement {
    int input = -1;               // its standard input
    int folder = -1;              // its "/", and all the files there are; without devices that work
    int file = -1;                // one more that it may write to, or -1: has the same number there
    std::uint64_t file_most = 0;  // bytes of one file (RLIMIT_FSIZE)
    std::uint64_t memory_most = 0;  // bytes of address space (RLIMIT_AS)
};

// The child, killed and reaped where it goes out of scope.
class Confined {
public:
    // What it does: returns a short text for whoever waits for it (kAnswerMost), or fails. It
    // begins with a umask of 0, as root with the rights to own and to make files, and can make no
    // file system call that this does not need.
    using Work = Result<std::string> (*)(void* argument);
    static constexpr std::size_t kAnswerMost = 3000;

    // The caller must have a single thread.
    static Result<Confined> start(const Confinement& confinement, Work work, void* argument);

    // Waits for its end. Its error is returned as if it had happened here, with what it quotes
    // made harmless for a terminal.
    Result<std::string> finish();

private:
    Confined(sys::Process process, sys::Fd report)
        : process_(std::move(process)), report_(std::move(report))
    {
    }

    sys::Process process_;
    sys::Fd report_;
};

}  // namespace fetcher
