// runtime plan: what `create` would do with a bundle, step by step. Nothing is made.

#include "runtime/plan.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "runtime/report.hpp"
#include "runtime/verbs.hpp"
#include "sys/file.hpp"

namespace runtime {

namespace {

// Whose id is not known yet: what is named after it shows this.
constexpr std::string_view kAnyId = "ID";

using Rows = std::vector<Row>;
using Describe = Result<Rows> (*)(const Bundle&, const Plan&);

std::string word(CgroupVersion version)
{
    return version == CgroupVersion::V1 ? "v1" : "v2";
}

Result<Rows> groups(const Bundle& bundle, const Plan& plan)
{
    Rows rows;
    if (plan.without_cgroups)
        return rows;
    for (const auto& hierarchy : plan.layout.hierarchies) {
        std::string folder = TRY(group_folder(hierarchy, bundle.config.linux.cgroups_path, kAnyId));
        rows.push_back({{"make", std::move(folder)}, {"version", word(hierarchy.version)}});
    }
    for (const auto& knob : plan.knobs)
        rows.push_back({{"write", knob.value}, {"to", knob.file}, {"for", knob.property}});
    rows.push_back({{"devices", plan.device_policy.allow ? "all but" : "none but"}});
    for (const auto& pattern : plan.device_policy.patterns) {
        const auto number = [](const auto& one) { return one ? std::to_string(*one) : "*"; };
        std::string access;
        for (const auto& [bit, letter] :
             {std::pair(kRead, 'r'), std::pair(kWrite, 'w'), std::pair(kMakeNode, 'm')})
            if (pattern.access & bit)
                access += letter;
        rows.push_back({{pattern.allow ? "allow" : "deny",
                         format("{} {}:{} {}", pattern.block ? 'b' : 'c', number(pattern.major),
                                number(pattern.minor), access)}});
    }
    return rows;
}

Result<Rows> namespaces(const Bundle& bundle, const Plan& plan)
{
    Rows rows;
    for (const auto& asked : bundle.config.linux.namespaces)
        if (asked.path.empty())
            rows.push_back({{"make", std::string(spec::word(asked.type))}});
    for (const auto& joined : plan.namespaces.joined)
        rows.push_back({{"join", std::string(namespace_word(joined.flag))}, {"at", joined.path}});
    return rows;
}

Result<Rows> ids(const Bundle& bundle, const Plan&)
{
    Rows rows;
    const auto add = [&](const char* kind, const std::vector<spec::IdMapping>& map) {
        for (const auto& line : map)
            rows.push_back({{kind, line.container_id}, {"is", line.host_id}, {"size", line.size}});
    };
    add("uid", bundle.config.linux.uid_mappings);
    add("gid", bundle.config.linux.gid_mappings);
    return rows;
}

Result<Rows> names(const Bundle& bundle, const Plan&)
{
    Rows rows;
    if (!bundle.config.hostname.empty())
        rows.push_back({{"host", bundle.config.hostname}});
    if (!bundle.config.domainname.empty())
        rows.push_back({{"domain", bundle.config.domainname}});
    return rows;
}

Result<Rows> parameters(const Bundle&, const Plan& plan)
{
    Rows rows;
    for (const auto& one : plan.sysctls)
        rows.push_back({{"write", one.value}, {"to", "/proc/sys/" + one.path}});
    return rows;
}

Result<Rows> root(const Bundle& bundle, const Plan&)
{
    return Rows{{{"bind", bundle.rootfs},
                 {"on", "/"},
                 {"options", bundle.config.root.readonly ? "ro" : ""}}};
}

constexpr std::string_view kKinds[] = {"mount", "bind", "remount", "cgroup"};  // as MountKind

Result<Rows> mounts(const Bundle& bundle, const Plan& plan)
{
    Rows rows;
    for (std::size_t number = 0; number < plan.mounts.size(); ++number) {
        const MountOp& op = plan.mounts[number];
        const spec::Mount& asked = bundle.config.mounts[number];
        rows.push_back({{std::string(kKinds[static_cast<std::size_t>(op.kind)]),
                         op.kind == MountKind::Bind ? op.what.source : asked.type},
                        {"on", op.destination},
                        {"options", asked.options}});
    }
    return rows;
}

Result<Rows> devices(const Bundle&, const Plan& plan)
{
    Rows rows;
    for (const auto& node : plan.devices)
        rows.push_back({{"make", node.path},
                        {"as", format("{} {}:{}",
                                      S_ISBLK(node.mode)    ? 'b'
                                      : S_ISFIFO(node.mode) ? 'p'
                                                            : 'c',
                                      major(node.device), minor(node.device))},
                        {"mode", format("{:04o}", node.mode & 07777)},
                        {"uid", node.uid},
                        {"gid", node.gid}});
    return rows;
}

Result<Rows> hidden(const Bundle& bundle, const Plan&)
{
    Rows rows;
    for (const auto& path : bundle.config.linux.masked_paths)
        rows.push_back({{"mask", path}});
    for (const auto& path : bundle.config.linux.readonly_paths)
        rows.push_back({{"read-only", path}});
    return rows;
}

Result<Rows> hooks(const Bundle& bundle, const Plan&)
{
    Rows rows;
    const spec::Hooks& all = bundle.config.hooks;
    const auto add = [&](const char* point, const std::vector<spec::Hook>& list) {
        for (const auto& hook : list)
            rows.push_back({{point, hook.path}, {"args", hook.args}});
    };
    add("prestart", all.prestart);
    add("createRuntime", all.create_runtime);
    add("createContainer", all.create_container);
    return rows;
}

Result<Rows> limits(const Bundle& bundle, const Plan&)
{
    Rows rows;
    for (const auto& limit : bundle.config.process->rlimits)
        rows.push_back({{"limit", std::string(spec::word(limit.type))},
                        {"soft", limit.soft},
                        {"hard", limit.hard}});
    return rows;
}

Result<Rows> user(const Bundle& bundle, const Plan&)
{
    const spec::User& user = bundle.config.process->user;
    std::vector<std::string> others;
    for (const auto gid : user.additional_gids)
        others.push_back(std::to_string(gid));
    return Rows{{{"uid", user.uid}, {"gid", user.gid}, {"groups", others}}};
}

Result<Rows> capabilities(const Bundle& bundle, const Plan& plan)
{
    const CapabilitySets& sets = plan.capabilities;
    Rows rows;
    for (const auto& [name, set] : {std::pair("bounding", sets.bounding),
                                    {"permitted", sets.permitted},
                                    {"effective", sets.effective},
                                    {"inheritable", sets.inheritable},
                                    {"ambient", sets.ambient}})
        rows.push_back({{name, capability_words(set)}});
    rows.push_back(
        {{"no new privileges", bundle.config.process->no_new_privileges ? "yes" : "no"}});
    return rows;
}

Result<Rows> filter(const Bundle& bundle, const Plan& plan)
{
    if (plan.filter.program.empty())
        return Rows();
    Rows rows = {{{"instructions", plan.filter.program.size()}}};
    if (plan.filter.notifies)
        rows.push_back({{"supervisor", bundle.config.linux.seccomp->listener_path}});
    return rows;
}

Result<Rows> program(const Bundle& bundle, const Plan&)
{
    const spec::Process& process = *bundle.config.process;
    return Rows{{{"program", process.args}, {"in", process.cwd}}};
}

// By the names that the steps have everywhere else, in the order in which they are done.
struct Part {
    std::string_view step;
    Describe describe;
};
constexpr Part kParts[] = {
    {"make control groups", groups},
    {"start init", namespaces},
    {"map ids", ids},
    {"set names", names},
    {"set kernel parameters", parameters},
    {"attach rootfs", root},
    {"mount", mounts},
    {"make devices", devices},
    {"run hooks", hooks},
    {"hide paths", hidden},
    {"set limits", limits},
    {"become the user", user},
    {"drop capabilities", capabilities},
    {"load seccomp", filter},
    {"execute", program},
};

Result<int> plan(Call& call)
{
    if (!call.arguments.empty())
        call.options.bundle = call.arguments[0];
    if (call.options.bundle.empty())
        call.options.bundle = ".";
    const Bundle bundle = TRY(read_bundle(call.options.bundle, call.options.config));
    TRY(check_config(bundle.config));
    Layout layout = TRY(read_layout());
    Plan plan = TRY(make_plan(bundle, std::move(layout)));
    TRY(plan_filter(bundle, plan));
    if (call.options.cgroup_manager == CgroupManager::Disabled)
        TRY_TO(do_without_cgroups(bundle.config, plan), "config.json");
    std::vector<Heading> headings;
    for (const auto& part : kParts) {
        auto rows = TRY(part.describe(bundle, plan));
        if (!rows.empty())
            headings.push_back({std::string(part.step), std::move(rows)});
    }
    for (const auto& warning : plan.warnings)
        call.notices.push_back({.text = warning});
    TRY(sys::print(call.options.json ? as_json(headings) : as_text(headings)));
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::config>("config", 'f', "FILE", "in place of the bundle's config.json"),
    spec::option<&Options::json>("json", 0, "", "answer in JSON"),
};

}  // namespace

constinit const Verb kPlan = {
    {.name = "plan",
     .arguments = "[BUNDLE]",
     .summary = "tells what create would do with a bundle, step by step",
     .options = kOptions},
    plan,
};

}  // namespace runtime
