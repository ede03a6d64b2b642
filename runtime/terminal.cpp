#include "runtime/terminal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/mount.hpp"
#include "sys/root.hpp"
#include "sys/socket.hpp"
#include "sys/terminal.hpp"

namespace runtime {

namespace {

constexpr const char* kPtmx = "/dev/pts/ptmx";
constexpr const char* kConsole = "/dev/console";

// What the terminal is mounted on. An image that has a link there gets nothing through it.
Result<sys::Fd> open_console(const sys::Fd& root)
{
    const sys::Fd dev = TRY(sys::make_folder_in_root(root, "/dev"));
    sys::Fd made(::openat(dev.get(), "console",
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600));
    if (made)
        return made;
    if (errno != EEXIST)
        return failed_sys("make rootfs:{}", kConsole);
    sys::Fd found(::openat(dev.get(), "console", O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status = {};
    if (!found || ::fstat(found.get(), &status) < 0)
        return failed_sys("look at rootfs:{}", kConsole);
    if (S_ISLNK(status.st_mode))
        return failed("rootfs:{} is a symbolic link, and no terminal is mounted through one",
                      kConsole);
    return found;
}

Result<> show_as_console(const sys::Fd& root, const sys::Fd& terminal)
{
    const sys::Fd target = TRY(open_console(root));
    const sys::Fd mount = TRY(sys::clone_mount(terminal.get(), "", sys::Depth::One));
    return sys::attach(mount, target, kConsole);
}

}  // namespace

Result<> check_terminal(const spec::Process& process, bool detached, const std::string& socket)
{
    if (process.terminal && detached && socket.empty())
        return failed(
            "config.json: /process/terminal: nobody would have the terminal of a container that "
            "is left to itself; --console-socket is needed");
    if (!socket.empty() && !process.terminal)
        return failed("--console-socket: config.json: /process/terminal is not true");
    if (!socket.empty() && !detached)
        return failed("--console-socket: a container in the foreground has its caller's terminal");
    return {};
}

Result<> send_master(const sys::Fd& console_socket, const sys::Fd& master)
{
    return sys::send_message(console_socket, kPtmx, &master);
}

Result<sys::Fd> take_terminal(const sys::Fd& root, const std::optional<spec::ConsoleSize>& size)
{
    const std::string name = format("rootfs:{}", kPtmx);
    auto ptmx = sys::open_in_root(root, kPtmx, O_PATH | O_NOFOLLOW);
    if (!ptmx) {
        ptmx.error().hint = "a terminal needs a devpts on /dev/pts";
        return std::unexpected(ptmx.error());
    }
    sys::Pty pty = TRY(sys::make_pty(*ptmx, name));
    if (size)
        TRY(sys::set_size(pty.terminal, {.rows = size->height, .columns = size->width}));
    TRY(show_as_console(root, pty.terminal));
    TRY(sys::make_controlling(pty.terminal));
    for (int fd = 0; fd <= 2; ++fd)
        if (::dup2(pty.terminal.get(), fd) < 0)
            return failed_sys("make a terminal descriptor {}", fd);
    return std::move(pty.master);
}

}  // namespace runtime
