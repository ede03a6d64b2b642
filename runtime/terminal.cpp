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

constexpr const char* kDevpts = "/dev/pts";
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

Result<> check_terminal(bool terminal, std::string_view name, bool detached,
                        const std::string& socket)
{
    if (terminal && detached && socket.empty())
        return failed(
            "{}: nobody would have the terminal of what is left to itself; --console-socket is "
            "needed",
            name);
    if (!socket.empty() && !terminal)
        return failed("--console-socket: {} is not true", name);
    if (!socket.empty() && !detached)
        return failed("--console-socket: what runs in the foreground has its caller's terminal");
    return {};
}

Result<> send_master(const sys::Fd& console_socket, const sys::Fd& master)
{
    return sys::send_message(console_socket, kPtmx, &master);
}

Result<sys::Fd> take_terminal(const sys::Fd& root, const std::optional<spec::ConsoleSize>& size,
                              Console console)
{
    auto devpts = sys::open_in_root(root, kDevpts, O_PATH | O_DIRECTORY);
    if (!devpts) {
        devpts.error().hint = "a terminal needs a devpts there";
        return std::unexpected(devpts.error());
    }
    sys::Pty pty = TRY(sys::make_pty(*devpts, format("rootfs:{}", kPtmx)));
    if (size)
        TRY(sys::set_size(pty.terminal, {.rows = size->height, .columns = size->width}));
    if (console == Console::Shown)
        TRY(show_as_console(root, pty.terminal));
    TRY(sys::make_controlling(pty.terminal));
    for (int fd = 0; fd <= 2; ++fd)
        if (::dup2(pty.terminal.get(), fd) < 0)
            return failed_sys("make a terminal descriptor {}", fd);
    return std::move(pty.master);
}

}  // namespace runtime
