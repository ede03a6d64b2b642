#include "runtime/plan.hpp"

#include <fcntl.h>
#include <sched.h>

#include "runtime/refused.hpp"
#include "runtime/user_namespace.hpp"
#include "spec/json.hpp"
#include "spec/semver.hpp"
#include "sys/file.hpp"

namespace runtime {

Result<Bundle> read_bundle(const std::string& path, const std::string& config)
{
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY));
    Bundle bundle;
    bundle.path = TRY(sys::path_of(folder, path));
    auto text = config.empty() ? sys::read_file(folder.get(), "config.json", spec::kJsonMost)
                               : sys::read_file(AT_FDCWD, config, spec::kJsonMost);
    bundle.config_text = TRY_TO(std::move(text), "bundle {}", bundle.path);
    bundle.config = TRY(spec::read_config(bundle.config_text, "config.json", kRefused));
    const std::string& root = bundle.config.root.path;
    bundle.rootfs = root.starts_with('/') ? root : bundle.path + "/" + root;
    return bundle;
}

Result<> check_config(const spec::Config& config)
{
    const Namespaces namespaces = plan_namespaces(config.linux.namespaces);
    if (const auto version = spec::parse_semver(config.oci_version);
        !version || version->major != 1)
        return failed("config.json: /ociVersion: \"{}\" is no version 1", config.oci_version);
    if (!config.process)
        return failed("config.json: /process: is missing, and a container needs a program");
    if (config.process->args.empty())
        return failed("config.json: /process/args: is missing, and a container needs a program");
    TRY(check_user_namespace(config.linux, config.process->user, namespaces));
    if (!namespaces.has(CLONE_NEWNS))
        return failed("config.json: /linux/namespaces: a mount namespace is missing");
    if (!config.linux.net_devices.empty() && !namespaces.has(CLONE_NEWNET))
        return failed(
            "config.json: /linux/netDevices: need a network namespace that is not the host's");
    if (config.linux.time_offsets && !(namespaces.made & CLONE_NEWTIME))
        return failed("config.json: /linux/timeOffsets: need a new time namespace");
    if (!namespaces.has(CLONE_NEWUTS) && !config.hostname.empty())
        return failed("config.json: /hostname: needs a uts namespace, or it would be the host's");
    if (!namespaces.has(CLONE_NEWUTS) && !config.domainname.empty())
        return failed("config.json: /domainname: needs a uts namespace, or it would be the host's");
    return {};
}

// The mount(2) flags of a word of config-linux.md, "Rootfs Mount Propagation".
static unsigned long propagation(spec::Propagation word)
{
    constexpr unsigned long flags[] = {MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE};
    const auto number = static_cast<std::size_t>(word);
    return flags[number % 4] | (number >= 4 ? MS_REC : 0);
}

static Result<> plan_resources(const spec::Resources& resources, Plan& plan)
{
    plan.knobs = TRY(plan_knobs(resources, plan.layout));
    plan.device_policy = TRY(device_policy(resources.devices));
    return {};
}

Result<Plan> make_plan(const Bundle& bundle, Layout layout)
{
    const spec::Config& config = bundle.config;
    Plan plan{.layout = std::move(layout)};
    TRY_TO(plan_resources(config.linux.resources.value_or(spec::Resources()), plan), "config.json");
    plan.namespaces = plan_namespaces(config.linux.namespaces);
    plan.mounts = TRY(
        plan_mounts(config.mounts, bundle.path, ids_of_container(config.linux, plan.namespaces)));
    label_mounts(plan.mounts, config.linux.mount_label);
    plan.devices = plan_devices(config.linux.devices);
    plan.sysctls =
        TRY_TO(plan_sysctls(config.linux.sysctl, plan.namespaces), "config.json: /linux/sysctl");
    std::vector<std::string> unknown;
    if (config.process->capabilities)
        plan.capabilities = plan_capabilities(*config.process->capabilities, unknown);
    for (const auto& word : unknown)
        plan.warnings.push_back(format("capability {} is unknown here and left out", word));
    if (config.linux.seccomp)
        plan.filter = TRY_TO(compile_seccomp(*config.linux.seccomp), "config.json: /linux/seccomp");

    // A shared root needs shared mounts below it; all else must not reach back to the host.
    plan.root_propagation =
        config.linux.rootfs_propagation ? propagation(*config.linux.rootfs_propagation) : 0;
    plan.host_propagation =
        plan.root_propagation & MS_SHARED ? MS_SHARED | MS_REC : MS_SLAVE | MS_REC;
    return plan;
}

}  // namespace runtime
