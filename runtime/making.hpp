// What making a container and making a process of one have in common for whoever waits for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/config_linux.hpp"
#include "spec/duration.hpp"
#include "spec/result.hpp"
#include "sys/channel.hpp"
#include "sys/fd.hpp"
#include "sys/process.hpp"

namespace runtime {

// A file for whoever called us, gone again unless kept.
class MadeFile {
public:
    MadeFile() = default;
    MadeFile(const MadeFile&) = delete;
    ~MadeFile();

    Result<> make(const std::string& path, std::string_view text);  // an empty path: none is asked
    void keep() { path_.clear(); }

private:
    std::string path_ = {};
};

// What a process that sets itself up and its parent say to each other, in this order.
enum class Word : char {
    Go = 'G',        // parent: you are on record, begin
    Hooks = 'H',     // init: all is mounted, have the hooks run that are yours; then Go again
    Terminal = 'T',  // process, where there is one: here is its master
    Ready = 'R',     // process: all is set up, the program was found
    Listener = 'L',  // process: memory to share, where its filter has a listener (listener.hpp)
    Start = 'S',     // parent, or `start`: execute it
    Wait = 'W',      // parent: wait for `start` instead
};

// The process: waits for this word, and ends with a parent that is gone before it said that.
Result<> expect(const sys::Channel& parent, Word word);

// From here on all signals are blocked; INT, TERM, HUP and QUIT can be read from this signalfd, and
// ALRM once `time_limit` is over, unless that is lifted before.
Result<sys::Fd> take_interrupts(std::optional<spec::Duration> time_limit = {});
void lift_time_limit();

// The error that one of these signals is; it is there to be read.
std::unexpected<Error> interrupted(const sys::Fd& interrupts);

// The next word of a child, nothing where its end is closed; an error where one of `interrupts`
// comes first.
Result<std::optional<sys::Channel::Message>> hear_from(const sys::Channel& channel,
                                                       const sys::Fd& interrupts);

// What a process between us and our child says: the child's pidfd. A child of ours it is by
// CLONE_PARENT.
inline constexpr char kBorn = 'B';
Result<sys::Process> adopt_born(std::optional<sys::Channel::Message> message);

// Its end of the channel has closed without a word: it is waited for. Where it was killed, a limit
// of the container's memory may be why.
std::unexpected<Error> gone_without_a_word(sys::Process& child, std::string_view name,
                                           const spec::Linux& linux);

}  // namespace runtime
