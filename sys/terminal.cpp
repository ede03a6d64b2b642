#include "sys/terminal.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace sys {

// To open something else may block, rewind a tape, or worse.
static Result<Fd> open_ptmx(const Fd& devpts, const std::string& name)
{
    struct statfs where = {};
    if (::fstatfs(devpts.get(), &where) < 0)
        return failed_sys("look at {}", name);
    open_how how = {};
    how.flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
    Fd master;
    if (where.f_type == DEVPTS_SUPER_MAGIC)
        master =
            Fd(static_cast<int>(::syscall(SYS_openat2, devpts.get(), "ptmx", &how, sizeof how)));
    if (where.f_type != DEVPTS_SUPER_MAGIC || (!master && errno == EXDEV))
        return failed("{} is not the ptmx of a devpts", name);
    return master ? Result<Fd>(std::move(master)) : failed_sys("open {}", name);
}

Result<Pty> make_pty(const Fd& devpts, const std::string& name)
{
    Fd master = TRY(open_ptmx(devpts, name));
    const int unlocked = 0;
    if (::ioctl(master.get(), TIOCSPTLCK, &unlocked) < 0)
        return failed_sys("unlock a terminal");
    Fd terminal = TRY(open_terminal(master));
    return Pty{.master = std::move(master), .terminal = std::move(terminal)};
}

Result<Fd> open_terminal(const Fd& master)
{
    Fd terminal(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    return terminal ? Result<Fd>(std::move(terminal)) : failed_sys("open a terminal");
}

Result<> make_controlling(const Fd& terminal)
{
    if (::ioctl(terminal.get(), TIOCSCTTY, 0) < 0)
        return failed_sys("make a terminal the session's");
    return {};
}

std::optional<TerminalSize> size_of(int fd)
{
    winsize size = {};
    if (::ioctl(fd, TIOCGWINSZ, &size) < 0)
        return std::nullopt;
    return TerminalSize{.rows = size.ws_row, .columns = size.ws_col};
}

Result<> set_size(const Fd& terminal, TerminalSize size)
{
    const winsize wanted = {
        .ws_row = size.rows, .ws_col = size.columns, .ws_xpixel = 0, .ws_ypixel = 0};
    if (::ioctl(terminal.get(), TIOCSWINSZ, &wanted) < 0)
        return failed_sys("make a terminal {} rows of {} characters", size.rows, size.columns);
    return {};
}

void fit_terminal(const Fd& terminal)
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (const auto size = size_of(fd); size && size->rows && size->columns)
            return (void)set_size(terminal, *size);
}

RawMode::RawMode(int fd) : fd_(fd)
{
    termios modes = {};
    if (::tcgetattr(fd, &modes) < 0)
        return;
    before_ = modes;
    ::cfmakeraw(&modes);
    (void)::tcsetattr(fd, TCSANOW, &modes);
}

RawMode::~RawMode()
{
    if (before_)
        (void)::tcsetattr(fd_, TCSANOW, &*before_);
}

}  // namespace sys
