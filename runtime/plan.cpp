#include "runtime/plan.hpp"

#include <fcntl.h>
#include <sched.h>

#include <algorithm>

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

namespace {

Result<> check_version(const spec::Config& config, const Namespaces&)
{
    const auto version = spec::parse_semver(config.oci_version);
    return version && version->major == 1
               ? Result<>()
               : failed("config.json: /ociVersion: \"{}\" is no version 1", config.oci_version);
}

Result<> check_process(const spec::Config& config, const Namespaces&)
{
    if (!config.process)
        return failed("config.json: /process: is missing, and a container needs a program");
    return config.process->args.empty()
               ? failed("config.json: /process/args: is missing, and a container needs a program")
               : Result<>();
}

Result<> check_users(const spec::Config& config, const Namespaces& namespaces)
{
    return check_user_namespace(config.linux, config.process ? config.process->user : spec::User(),
                                namespaces);
}

Result<> check_mount_namespace(const spec::Config&, const Namespaces& namespaces)
{
    return namespaces.has(CLONE_NEWNS)
               ? Result<>()
               : failed("config.json: /linux/namespaces: a mount namespace is missing");
}

Result<> check_net_devices(const spec::Config& config, const Namespaces& namespaces)
{
    return config.linux.net_devices.empty() || namespaces.has(CLONE_NEWNET)
               ? Result<>()
               : failed(
                     "config.json: /linux/netDevices: need a network namespace that is not the "
                     "host's");
}

Result<> check_time_offsets(const spec::Config& config, const Namespaces& namespaces)
{
    return !config.linux.time_offsets || namespaces.made & CLONE_NEWTIME
               ? Result<>()
               : failed("config.json: /linux/timeOffsets: need a new time namespace");
}

Result<> check_name(std::string_view name, const std::string& value, const Namespaces& namespaces)
{
    return value.empty() || namespaces.has(CLONE_NEWUTS)
               ? Result<>()
               : failed("config.json: /{}: needs a uts namespace, or it would be the host's", name);
}
Result<> check_hostname(const spec::Config& config, const Namespaces& namespaces)
{
    return check_name("hostname", config.hostname, namespaces);
}
Result<> check_domainname(const spec::Config& config, const Namespaces& namespaces)
{
    return check_name("domainname", config.domainname, namespaces);
}

constexpr Result<> (*kChecks[])(const spec::Config&, const Namespaces&) = {
    check_version,     check_process,      check_users,    check_mount_namespace,
    check_net_devices, check_time_offsets, check_hostname, check_domainname,
};

// The mount(2) flags of a word of config-linux.md, "Rootfs Mount Propagation".
unsigned long propagation(spec::Propagation word)
{
    constexpr unsigned long flags[] = {MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE};
    const auto number = static_cast<std::size_t>(word);
    return flags[number % 4] | (number >= 4 ? MS_REC : 0);
}

Result<> plan_limits(const Bundle& bundle, Plan& plan)
{
    const auto& resources = bundle.config.linux.resources;
    plan.knobs =
        TRY_TO(plan_knobs(resources.value_or(spec::Resources()), plan.layout), "config.json");
    for (const auto& warning : knob_warnings(resources.value_or(spec::Resources())))
        plan.warnings.push_back("config.json: " + warning);
    return {};
}

Result<> plan_device_policy(const Bundle& bundle, Plan& plan)
{
    const auto& resources = bundle.config.linux.resources;
    plan.device_policy =
        TRY_TO(device_policy(resources.value_or(spec::Resources()).devices), "config.json");
    return {};
}

// config-linux.md, "Cgroup ownership": where it sees no other groups and may write to these.
bool delegates(const Namespaces& namespaces, const std::vector<MountOp>& mounts)
{
    return namespaces.made & CLONE_NEWCGROUP && std::ranges::any_of(mounts, [](const MountOp& op) {
               return op.kind == MountKind::Cgroup && op.destination == "/sys/fs/cgroup" &&
                      !(op.what.flags & MS_RDONLY);
           });
}

Result<> plan_all_mounts(const Bundle& bundle, Plan& plan)
{
    plan.mounts = TRY_TO(plan_mounts(bundle.config.mounts, bundle.path,
                                     ids_of_container(bundle.config.linux, plan.namespaces)),
                         "config.json");
    label_mounts(plan.mounts, bundle.config.linux.mount_label);
    plan.delegates = delegates(plan.namespaces, plan.mounts);
    return {};
}

Result<> plan_parameters(const Bundle& bundle, Plan& plan)
{
    plan.sysctls = TRY_TO(plan_sysctls(bundle.config.linux.sysctl, plan.namespaces),
                          "config.json: /linux/sysctl");
    return {};
}

Result<> plan_privileges(const Bundle& bundle, Plan& plan)
{
    std::vector<std::string> unknown;
    if (bundle.config.process && bundle.config.process->capabilities)
        plan.capabilities = plan_capabilities(*bundle.config.process->capabilities, unknown);
    for (const auto& word : unknown)
        plan.warnings.push_back(format("capability {} is unknown here and left out", word));
    return {};
}

constexpr Result<> (*kPlanners[])(const Bundle&, Plan&) = {
    plan_limits, plan_device_policy, plan_all_mounts, plan_parameters, plan_privileges,
};

Plan begin_plan(const spec::Linux& linux, Layout layout)
{
    Plan plan{.namespaces = plan_namespaces(linux.namespaces), .layout = std::move(layout)};
    plan.devices = plan_devices(linux.devices);
    // A shared root needs shared mounts below it; all else must not reach back to the host.
    plan.root_propagation = linux.rootfs_propagation ? propagation(*linux.rootfs_propagation) : 0;
    plan.host_propagation =
        plan.root_propagation & MS_SHARED ? MS_SHARED | MS_REC : MS_SLAVE | MS_REC;
    return plan;
}

void note(std::vector<Error>& faults, const Result<>& done)
{
    if (!done)
        faults.push_back(done.error());
}

}  // namespace

Result<> check_config(const spec::Config& config)
{
    const Namespaces namespaces = plan_namespaces(config.linux.namespaces);
    for (const auto check : kChecks)
        TRY(check(config, namespaces));
    return {};
}

Result<> do_without_cgroups(const spec::Config& config, Plan& plan)
{
    const auto limit = std::ranges::find(plan.knobs, Must::Succeed, &KnobWrite::must);
    if (limit != plan.knobs.end())
        return failed_at(limit->property, "there is no limit with --cgroup-manager disabled");
    for (std::size_t i = 0; i < plan.mounts.size(); ++i)
        if (plan.mounts[i].kind == MountKind::Cgroup && !(plan.mounts[i].what.flags & MS_RDONLY))
            return failed_at(format("/mounts/{}", i),
                             "with --cgroup-manager disabled it would show our own control groups, "
                             "and is to be read-only");
    const auto leave_out = [&](std::string_view property) {
        plan.warnings.push_back(
            format("config.json: {} is left out: control groups are disabled", property));
    };
    if (plan.device_policy.asked)
        leave_out("/linux/resources/devices");
    if (!config.linux.cgroups_path.empty())
        leave_out("/linux/cgroupsPath");
    plan.knobs.clear();
    plan.device_policy = {};
    plan.without_cgroups = true;
    return {};
}

Result<> plan_filter(const Bundle& bundle, Plan& plan)
{
    if (bundle.config.linux.seccomp)
        plan.filter =
            TRY_TO(compile_seccomp(*bundle.config.linux.seccomp), "config.json: /linux/seccomp");
    return {};
}

Result<Plan> make_plan(const Bundle& bundle, Layout layout)
{
    Plan plan = begin_plan(bundle.config.linux, std::move(layout));
    for (const auto planner : kPlanners)
        TRY(planner(bundle, plan));
    return plan;
}

Plan plan_whole(const Bundle& bundle, Layout layout, std::vector<Error>& faults)
{
    Plan plan = begin_plan(bundle.config.linux, std::move(layout));
    for (const auto check : kChecks)
        note(faults, check(bundle.config, plan.namespaces));
    for (const auto planner : kPlanners)
        note(faults, planner(bundle, plan));
    note(faults, plan_filter(bundle, plan));
    return plan;
}

}  // namespace runtime
