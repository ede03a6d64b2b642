// Terminals, and pairs of a terminal and its master (pty(7)).
#pragma once

#include <termios.h>

#include <cstdint>
#include <optional>
#include <string>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace sys {

struct Pty {
    Fd master;
    Fd terminal;
};

// A new pair of the devpts whose folder this is, and whose ptmx is called `name` in an error. That
// is opened in the folder itself, where nobody can put anything else, and nothing that is mounted
// on it. No path leads to the terminal: /dev/pts/N may be anything by now (CVE-2025-52565).
Result<Pty> make_pty(const Fd& devpts, const std::string& name);

Result<Fd> open_terminal(const Fd& master);  // the one behind it, once more

// Of this process, which leads a session that has none.
Result<> make_controlling(const Fd& terminal);

struct TerminalSize {  // in characters
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
};
std::optional<TerminalSize> size_of(int fd);  // nothing: it is no terminal
Result<> set_size(const Fd& terminal, TerminalSize size);

// Makes it as large as the terminal that one of our standard descriptors is, if one is.
void fit_terminal(const Fd& terminal);

// While this lives, a terminal passes on every byte as it is typed; then it is what it was. Where
// `fd` is no terminal nothing happens.
class RawMode {
public:
    explicit RawMode(int fd);
    RawMode(const RawMode&) = delete;
    RawMode& operator=(const RawMode&) = delete;
    ~RawMode();

private:
    int fd_;
    std::optional<termios> before_ = {};
};

}  // namespace sys
