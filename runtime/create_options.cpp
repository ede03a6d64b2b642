#include "runtime/create_options.hpp"

namespace runtime {

Result<> check_create_options(const Options& options)
{
    const auto not_yet = [](std::string_view option) {
        return failed("{} is not carried out yet", option);
    };
    if (options.systemd_cgroup || options.cgroup_manager == CgroupManager::Systemd)
        return not_yet("--systemd-cgroup");
    if (options.rootless == Rootless::True)
        return not_yet("--rootless true");
    return {};
}

}  // namespace runtime
