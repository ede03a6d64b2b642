#include <criterion/criterion.h>

#include "runtime/cgroup/layout.hpp"

using namespace runtime;

static std::string shown(const Layout& layout)
{
    std::string text;
    for (const Hierarchy& each : layout.hierarchies) {
        text += each.version == CgroupVersion::V2 ? "2 " : "1 ";
        text += each.mount + " " + each.own;
        for (const std::string& controller : each.controllers)
            text += " " + controller;
        text += "\n";
    }
    return text;
}

Test(cgroup, a_host_with_each_v1_controller_by_itself_is_read)
{
    const std::string text =
        shown(parse_layout("9:name=systemd:/\n"
                           "8:pids:/\n"
                           "4:memory:/process_api/c90\n"
                           "0::/\n",
                           V2At::Unified));
    cr_assert_str_eq(text.c_str(),
                     "1 /sys/fs/cgroup/systemd /\n"
                     "1 /sys/fs/cgroup/pids / pids\n"
                     "1 /sys/fs/cgroup/memory /process_api/c90 memory\n"
                     "2 /sys/fs/cgroup/unified /\n");
}

Test(cgroup, a_systemd_host_with_joined_controllers_is_read)
{
    const std::string text =
        shown(parse_layout("4:cpu,cpuacct:/user.slice\n"
                           "3:net_cls,net_prio:/\n"
                           "1:name=systemd:/user.slice/session-1.scope\n"
                           "0::/user.slice/a:b\n",
                           V2At::Unified));
    cr_assert_str_eq(text.c_str(),
                     "1 /sys/fs/cgroup/cpu,cpuacct /user.slice cpu cpuacct\n"
                     "1 /sys/fs/cgroup/net_cls,net_prio / net_cls net_prio\n"
                     "1 /sys/fs/cgroup/systemd /user.slice/session-1.scope\n"
                     "2 /sys/fs/cgroup/unified /user.slice/a:b\n");
}

Test(cgroup, a_v2_host_has_one_hierarchy_whatever_else_the_kernel_tells)
{
    const Layout layout = parse_layout("1:name=systemd:/\n0::/init.scope\n", V2At::Root);
    const std::string text = shown(layout);
    cr_assert_str_eq(text.c_str(), "2 /sys/fs/cgroup /init.scope\n");
    cr_expect(layout.pure_v2());
    cr_expect(!Layout{}.pure_v2());
    cr_expect(!parse_layout("2:cpu:/\n0::/\n", V2At::Unified).pure_v2());
    cr_expect_eq(parse_layout("nonsense\n\n:\n", V2At::Root).hierarchies.size(), 0);
}

static std::string folder(CgroupVersion version, std::vector<std::string> controllers,
                          std::string own, std::string_view path)
{
    const Hierarchy hierarchy = {
        .version = version, .mount = "/m", .own = own, .controllers = controllers};
    const auto made = group_folder(hierarchy, path, "web");
    return made ? *made : "error: " + made.error().doing;
}

Test(cgroup, a_path_is_below_the_root_below_our_own_group_or_made_of_the_id)
{
    using enum CgroupVersion;
    const struct {
        std::string got;
        const char* wanted;
    } cases[] = {
        {folder(V1, {"cpu"}, "/own", ""), "/m/davit-web"},
        {folder(V1, {"cpu"}, "/own", "/a//b/"), "/m/a/b"},
        {folder(V1, {"cpu"}, "/own/x", "a/b"), "/m/own/x/a/b"},
        {folder(V1, {"cpu"}, "/", "a"), "/m/a"},
        {folder(V2, {"cpu"}, "/own/x", "a"), "/m/own/a"},
        {folder(V2, {"cpu"}, "/", "a"), "/m/a"},
        {folder(V2, {}, "/own/x", "a"), "/m/own/x/a"},
        {folder(V1, {}, "/", "system.slice:runc:a"), "/m/system.slice:runc:a"},
    };
    for (const auto& each : cases)
        cr_expect_str_eq(each.got.c_str(), each.wanted);
}

Test(cgroup, a_path_that_could_lead_elsewhere_is_refused)
{
    using enum CgroupVersion;
    for (const std::string_view path :
         {std::string_view("../../x"), std::string_view("/a/../b"), std::string_view("/a/./b"),
          std::string_view(".."), std::string_view("/"), std::string_view("//"),
          std::string_view("/a\0/b", 5), std::string_view("/a\nb")}) {
        const std::string got = folder(V1, {}, "/", path);
        cr_expect(got.starts_with("error: config.json: /linux/cgroupsPath: "), "%s", got.c_str());
    }
    const std::string outside = folder(V1, {}, "/../..", "a");
    cr_expect_str_eq(
        outside.c_str(),
        "error: config.json: /linux/cgroupsPath: \"a\" is relative to our own group /../.., "
        "which cannot be reached");
}
