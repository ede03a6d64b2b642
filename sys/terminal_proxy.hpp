// What stands between standard descriptors and the master of a terminal.
#pragma once

#include <poll.h>

#include <cstddef>
#include <cstdint>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

// Passes bytes on within a loop of the caller's, by poll(2) or sys::Loop: before it waits, the
// caller asks what each end waits for; after that it tells what each is ready for.
class TerminalProxy {
public:
    enum class End : std::uint8_t { Output, Master, Input };
    static constexpr End kEnds[] = {End::Output, End::Master, End::Input};

    // What it means when the output takes no more.
    enum class Refused : std::uint8_t { HangUp, Discard };

    // Where `input` is -1, nothing is typed. The master does not block any more, wherever else it
    // is open. SIGPIPE is the caller's to ignore.
    static Result<TerminalProxy> make(Fd master, int input, int output, Refused refused);

    const Fd& master() const { return master_; }

    pollfd wanted(End end) const;          // a descriptor of -1: it waits for nothing now
    void ready(End end, unsigned events);  // POLLIN and so on; EPOLLIN is the same
    int timeout_ms() const;                // until timed_out() is due; -1: it is not
    void timed_out();

    // Nobody takes the output any more, and no end waits: it is the caller's to close this and
    // every other copy of the master.
    bool hung_up() const { return hung_up_; }

    // Once the program has ended: until all that was written is delivered, or one of INT, TERM,
    // HUP and QUIT comes out of `signals`, a signalfd(2) that does not block, or the process
    // `caller` has ended, where that is a pidfd.
    Result<> deliver_rest(const Fd& signals, const Fd& caller = {});

private:
    // What is on its way in one direction. A write to a pipe takes as much as this without
    // blocking once poll(2) says that it can be written to.
    struct Chunk {
        char bytes[4096];
        std::size_t begin = 0;
        std::size_t end = 0;
        bool empty() const { return begin == end; }
    };

    int output() const { return own_output_ ? own_output_.get() : output_; }
    void drain_output();
    void fill_output();
    void fill_input();

    Fd master_ = {};
    Fd terminal_ = {};  // while it is open the master has no end, whoever closes it inside
    Fd own_output_ = {};
    int output_ = -1;
    int input_ = -1;  // -1: has ended, or never was
    bool tells_end_ = false;
    int end_wait_ms_ = 0;
    Refused refused_ = Refused::HangUp;
    bool hung_up_ = false;
    Chunk to_output_ = {};
    Chunk to_master_ = {};
};

}  // namespace sys
