#include "runtime/notify_socket.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <poll.h>
#include <sys/stat.h>

#include "runtime/making.hpp"
#include "runtime/program.hpp"
#include "sys/file.hpp"

namespace runtime {

// As runc has it: programs may have got used to that.
static constexpr const char* kInside = "/run/notify";
static constexpr const char* kSocket = "notify.sock";
static constexpr const char* kVariable = "NOTIFY_SOCKET";

Result<> give_notify_socket(const StateDir& dir, const std::string& root, spec::Process& process,
                            std::vector<MountOp>& mounts)
{
    if (variable(process.env, kVariable))
        return {};
    if (::mkdirat(dir.fd().get(), kNotifyFolder, 0755) < 0)
        return failed_sys("make folder {}", kNotifyFolder);
    const sys::Fd folder =
        TRY(sys::open_at(dir.fd().get(), kNotifyFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (::fchmod(folder.get(), 0755) < 0)  // whatever the umask
        return failed_sys("open folder {} to all", kNotifyFolder);
    process.env.push_back(format("{}={}/{}", kVariable, kInside, kSocket));
    mounts.push_back({.name = format("{} ({})", kVariable, kInside),
                      .kind = MountKind::Bind,
                      .destination = kInside,
                      .what = {.source = format("{}/{}/{}", root, dir.id(), kNotifyFolder)},
                      .attributes = {.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
                                            MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC}});
    return {};
}

Result<NotifySocket> NotifySocket::open(const StateDir& dir, const std::string& manager)
{
    NotifySocket notify;
    if (manager.empty())
        return notify;
    const auto folder =
        sys::open_at(dir.fd().get(), kNotifyFolder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!folder && folder.error().code == ENOENT)
        return notify;
    if (!folder)
        return std::unexpected(folder.error());
    notify.manager_ = TRY_TO(sys::connect_to_manager(manager), "{}", kVariable);
    notify.socket_ = TRY(sys::open_notify_socket(*folder, kSocket));
    return notify;
}

Result<> NotifySocket::pass_on(pid_t main, sys::Then then)
{
    const bool ready = TRY(sys::has_said_ready(socket_));
    if (!ready)
        return {};
    socket_ = {};
    const sys::Fd manager = std::move(manager_);
    TRY_TO(sys::tell_ready(manager, main, then), "{}", kVariable);
    return {};
}

Result<> NotifySocket::wait(pid_t pid, const sys::Fd& init, const sys::Fd& interrupts)
{
    while (socket_) {
        pollfd waited[] = {
            {.fd = socket_.get(), .events = POLLIN, .revents = 0},
            {.fd = init.get(), .events = POLLIN, .revents = 0},
            {.fd = interrupts.get(), .events = POLLIN, .revents = 0},
        };
        if (::poll(waited, std::size(waited), -1) < 0 && errno != EINTR)
            return failed_sys("wait until the program is ready");
        if (waited[0].revents)
            TRY(pass_on(pid, sys::Then::End));
        else if (waited[1].revents)
            return {};
        else if (waited[2].revents)
            return interrupted(interrupts);
    }
    return {};
}

}  // namespace runtime
