#include "runtime/probes.hpp"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "runtime/apparmor.hpp"
#include "runtime/program.hpp"
#include "runtime/selinux.hpp"
#include "sys/file.hpp"
#include "sys/root.hpp"

namespace runtime {

namespace {

using Faults = std::vector<Error>;

void note(Faults& faults, const Result<>& found)
{
    if (!found)
        faults.push_back(found.error());
}

Result<> can_open(const std::string& path, int flags, std::string_view property)
{
    TRY_TO(sys::open_at(AT_FDCWD, path, O_PATH | flags), "config.json: {}", property);
    return {};
}

void look_for_rootfs(const Bundle& bundle, const Plan&, Faults& faults)
{
    note(faults, can_open(bundle.rootfs, O_DIRECTORY, "/root/path"));
}

void look_for_sources(const Bundle&, const Plan& plan, Faults& faults)
{
    for (std::size_t number = 0; number < plan.mounts.size(); ++number) {
        const MountOp& op = plan.mounts[number];
        const int flags = op.links.source || op.links.copied ? O_NOFOLLOW : 0;
        if (op.kind == MountKind::Bind)
            note(faults, can_open(op.what.source, flags,
                                  format("/mounts/{} ({})", number, op.destination)));
    }
}

Result<> is_namespace(const JoinedNamespace& joined)
{
    const sys::Fd file = TRY(sys::open_at(AT_FDCWD, joined.path, O_RDONLY));
    const int type = ::ioctl(file.get(), NS_GET_NSTYPE);
    if (type < 0)
        return failed("{}: is no namespace", joined.path);
    const auto flag = static_cast<unsigned long>(type);
    return flag == joined.flag ? Result<>()
                               : failed("{}: is a {} namespace", joined.path, namespace_word(flag));
}

void look_for_namespaces(const Bundle&, const Plan& plan, Faults& faults)
{
    for (const auto& joined : plan.namespaces.joined)
        if (auto found = is_namespace(joined); !found) {
            found.error().doing = format("config.json: /linux/namespaces ({}): {}",
                                         namespace_word(joined.flag), found.error().doing);
            note(faults, found);
        }
}

// Those that run in the host's file system.
void look_for_hooks(const Bundle& bundle, const Plan&, Faults& faults)
{
    const spec::Hooks& hooks = bundle.config.hooks;
    const auto look = [&](std::string_view name, const std::vector<spec::Hook>& list) {
        for (std::size_t number = 0; number < list.size(); ++number)
            if (::access(list[number].path.c_str(), X_OK) < 0)
                note(faults, failed_sys("config.json: /hooks/{}/{}/path: execute {}", name, number,
                                        list[number].path));
    };
    look("prestart", hooks.prestart);
    look("createRuntime", hooks.create_runtime);
    look("createContainer", hooks.create_container);
    look("poststart", hooks.poststart);
    look("poststop", hooks.poststop);
}

void look_for_apparmor(const Bundle& bundle, const Plan&, Faults& faults)
{
    if (!bundle.config.process)
        return;
    auto there = check_apparmor(bundle.config.process->apparmor_profile);
    if (!there)
        there.error().doing = "config.json: /process/apparmorProfile: " + there.error().doing;
    note(faults, there);
}

void look_for_selinux(const Bundle& bundle, const Plan&, Faults& faults)
{
    const auto look = [&](std::string_view property, const std::string& label) {
        auto there = check_selinux(label);
        if (!there)
            there.error().doing = format("config.json: {}: {}", property, there.error().doing);
        note(faults, there);
    };
    if (bundle.config.process)
        look("/process/selinuxLabel", bundle.config.process->selinux_label);
    look("/linux/mountLabel", bundle.config.linux.mount_label);
}

void look_for_net_devices(const Bundle& bundle, const Plan&, Faults& faults)
{
    for (const auto& [name, device] : bundle.config.linux.net_devices)
        note(faults, can_open("/sys/class/net/" + name, 0, "/linux/netDevices/" + name));
}

void look_for_parameters(const Bundle&, const Plan& plan, Faults& faults)
{
    if (auto whose = check_sysctls(plan.sysctls, plan.namespaces); !whose) {
        whose.error().doing = "config.json: /linux/sysctl: " + whose.error().doing;
        note(faults, whose);
    }
}

// Below these nobody keeps programs; anywhere else a mount may bring what the root lacks.
bool may_hold_programs(const MountOp& op)
{
    constexpr std::string_view others[] = {"/proc", "/dev", "/sys", "/run", "/tmp", "/etc"};
    return op.kind != MountKind::Remount && std::ranges::none_of(others, [&](auto folder) {
               return op.destination == folder || op.destination.starts_with(format("{}/", folder));
           });
}

bool is_there(const sys::Fd& root, const std::string& path)
{
    const auto file = sys::open_in_root(root, path, O_PATH);
    return file || (file.error().code != ENOENT && file.error().code != ENOTDIR);
}

void look_for_program(const Bundle& bundle, const Plan& plan, Faults& faults)
{
    const auto& process = bundle.config.process;
    const auto root = sys::open_at(AT_FDCWD, bundle.rootfs, O_PATH | O_DIRECTORY);
    if (!root || !process || process->args.empty() ||
        std::ranges::any_of(plan.mounts, may_hold_programs))
        return;
    const std::string& name = process->args[0];
    std::string_view folders;
    if (const char* path = variable(process->env, "PATH"); path && name.find('/') == name.npos)
        folders = path;
    else if (name.find('/') != name.npos)
        folders = name.starts_with('/') ? "/" : process->cwd;
    while (!folders.empty()) {
        const auto folder = folders.substr(0, folders.find(':'));
        folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
        const std::string below(folder.starts_with('/') ? "" : process->cwd + "/");
        if (is_there(*root, format("{}{}/{}", below, folder, name)))
            return;
    }
    faults.push_back(failed_with(Status::NotFound,
                                 "config.json: /process/args/0: exec \"{}\": executable file not "
                                 "found in the root file system",
                                 name)
                         .error());
}

constexpr void (*kProbes[])(const Bundle&, const Plan&, Faults&) = {
    look_for_rootfs,      look_for_sources,    look_for_namespaces,
    look_for_hooks,       look_for_apparmor,   look_for_selinux,
    look_for_net_devices, look_for_parameters, look_for_program,
};

}  // namespace

std::vector<Error> probe_host(const Bundle& bundle, const Plan& plan)
{
    Faults faults;
    for (const auto probe : kProbes)
        probe(bundle, plan, faults);
    return faults;
}

}  // namespace runtime
