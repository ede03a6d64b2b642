#include "runtime/user_namespace.hpp"

#include <criterion/criterion.h>
#include <sched.h>

using runtime::Namespaces;

static const runtime::IdMap kMap = {{.container_id = 0, .host_id = 1000, .size = 1},
                                    {.container_id = 1, .host_id = 100000, .size = 65535}};

static void expect_error(const Result<>& result, const char* sentence)
{
    cr_assert(!result, "expected: %s", sentence);
    cr_expect_str_eq(result.error().doing.c_str(), sentence);
}

Test(user_namespace, a_map_is_written_and_read_as_the_kernel_has_it)
{
    const std::string text = runtime::map_text(kMap);
    cr_expect_str_eq(text.c_str(), "0 1000 1\n1 100000 65535\n");
    const auto map =
        runtime::parse_map("         0       1000          1\n         1     100000      65535\n");
    cr_assert(map);
    const std::string again = runtime::map_text(*map);
    cr_expect_str_eq(again.c_str(), text.c_str());
    const auto whole = runtime::parse_map("         0          0 4294967295\n");
    cr_assert(whole && whole->at(0).size == 4294967295);
    for (const char* bad : {"1 2", "1 2 x\n", "\n", "-1 2 3\n", "1 2 4294967296\n"})
        cr_expect(!runtime::parse_map(bad), "%s", bad);
}

Test(user_namespace, an_id_has_one_name_outside_or_none)
{
    cr_expect(runtime::host_id(kMap, 0) == 1000);
    cr_expect(runtime::host_id(kMap, 1) == 100000);
    cr_expect(runtime::host_id(kMap, 65535) == 165534);
    cr_expect(!runtime::host_id(kMap, 65536));
    cr_expect(!runtime::host_id({}, 0));
    cr_expect(!runtime::host_id({{.container_id = 5, .host_id = 0, .size = 4294967290}}, 4));
}

Test(user_namespace, mappings_and_ids_must_fit_a_new_one)
{
    const Namespaces made = {.made = CLONE_NEWUSER};
    spec::Linux linux;
    spec::User user;
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /linux/uidMappings: is missing, and a new user namespace needs it");
    linux.uid_mappings = kMap;
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /linux/gidMappings: is missing, and a new user namespace needs it");
    expect_error(runtime::check_user_namespace(linux, user, {}),
                 "config.json: /linux: uidMappings and gidMappings need a user namespace");
    linux.gid_mappings = kMap;
    cr_expect(runtime::check_user_namespace(linux, user, made));
    user = {.uid = 7, .gid = 65536, .additional_gids = {1, 70000}};
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /process/user/gid: 65536 is not mapped");
    user.gid = 7;
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /process/user/additionalGids/1: 70000 is not mapped");
    // The map of a joined one is known later.
    cr_expect(runtime::check_user_namespace(
        linux, user, {.joined = {{.flag = CLONE_NEWUSER, .path = "/proc/9/ns/user"}}}));
    linux.uid_mappings.assign(341, {.size = 1});
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /linux/uidMappings: 341 mappings are more than the kernel takes");
    linux.uid_mappings.assign(150,
                              {.container_id = 4000000000, .host_id = 4000000000, .size = 1000000});
    expect_error(runtime::check_user_namespace(linux, user, made),
                 "config.json: /linux/uidMappings: 150 mappings are more than the kernel takes");
}

Test(user_namespace, with_it_the_hosts_namespaces_are_joined_first)
{
    const auto plan = runtime::plan_namespaces({{spec::NamespaceType::User, "/u"},
                                                {spec::NamespaceType::Network, "/n"},
                                                {spec::NamespaceType::Cgroup, "/c"},
                                                {spec::NamespaceType::Mount, ""}});
    cr_assert_eq(plan.joined.size(), 3);
    cr_expect_eq(plan.joined[0].flag, CLONE_NEWNET);
    cr_expect_eq(plan.joined[2].flag, CLONE_NEWUSER);
    cr_expect_eq(plan.made, CLONE_NEWNS);
    cr_expect(plan.joined_before_init() & CLONE_NEWNET);
    cr_expect(!(plan.joined_before_init() & CLONE_NEWCGROUP));
    const Namespaces plain = {.joined = {{.flag = CLONE_NEWPID, .path = "/p"}}};
    cr_expect_eq(plain.joined_before_init(), CLONE_NEWPID | CLONE_NEWTIME);
}
