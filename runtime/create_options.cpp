#include "runtime/create_options.hpp"

#include <fcntl.h>

namespace runtime {

// More than any engine passes, and few enough to look at each.
static constexpr std::uint32_t kPreservedMost = 1024;

static Result<> check_preserved(std::uint32_t count)
{
    if (count > kPreservedMost)
        return failed_with(Status::Usage, "--preserve-fds {}: {} at most", count, kPreservedMost);
    for (std::uint32_t i = 0; i < count; ++i)
        if (::fcntl(static_cast<int>(3 + i), F_GETFD) < 0)
            return failed_sys("--preserve-fds {}: descriptor {}", count, 3 + i);
    return {};
}

Result<> check_create_options(const Options& options)
{
    const auto not_yet = [](std::string_view option) {
        return failed("{} is not carried out yet", option);
    };
    if (options.systemd_cgroup || options.cgroup_manager == CgroupManager::Systemd)
        return not_yet("--systemd-cgroup");
    if (options.cgroup_manager == CgroupManager::Disabled)
        return not_yet("--cgroup-manager disabled");
    if (options.rootless == Rootless::True)
        return not_yet("--rootless true");
    if (options.no_pivot)
        return not_yet("--no-pivot");
    if (!options.pidfd_socket.empty())
        return not_yet("--pidfd-socket");
    return check_preserved(options.preserve_fds);
}

}  // namespace runtime
