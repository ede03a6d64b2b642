#include "runtime/sysctl.hpp"

#include <criterion/criterion.h>
#include <sched.h>

using runtime::Namespaces;

static const Namespaces kAll = {.made = CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET | CLONE_NEWUSER};

static void expect_path(const char* name, const std::string& path)
{
    const auto plan = runtime::plan_sysctls({{name, "1"}}, kAll);
    cr_assert(plan, "%s", name);
    cr_expect(plan->at(0).path == path, "%s: %s", name, plan->at(0).path.c_str());
}

static void expect_error(const char* name, const char* value, const Namespaces& namespaces,
                         const char* sentence)
{
    const auto plan = runtime::plan_sysctls({{name, value}}, namespaces);
    cr_assert(!plan, "expected: %s", sentence);
    cr_expect_str_eq(plan.error().doing.c_str(), sentence);
}

Test(sysctl, a_name_is_separated_by_what_comes_first)
{
    expect_path("net.core.somaxconn", "net/core/somaxconn");
    expect_path("net/core/somaxconn", "net/core/somaxconn");
    expect_path("net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding");
    expect_path("net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding");
}

Test(sysctl, each_needs_its_namespace)
{
    const struct {
        const char* name;
        unsigned long ns;
        const char* word;
    } cases[] = {
        {"kernel.msgmax", CLONE_NEWIPC, "ipc"},
        {"kernel.shm_rmid_forced", CLONE_NEWIPC, "ipc"},
        {"fs.mqueue.msg_max", CLONE_NEWIPC, "ipc"},
        {"net.ipv4.ip_forward", CLONE_NEWNET, "network"},
        {"kernel.domainname", CLONE_NEWUTS, "uts"},
        {"user.max_net_namespaces", CLONE_NEWUSER, "user"},
    };
    for (const auto& [name, ns, word] : cases) {
        const auto plan = runtime::plan_sysctls({{name, "1"}}, {.made = ns});
        cr_assert(plan, "%s", name);
        cr_expect_eq(plan->at(0).ns, ns);
        const auto sentence = std::string(name) + ": it needs a namespace of type " + word +
                              ", or it would be the host's";
        expect_error(name, "1", {.made = kAll.made & ~ns}, sentence.c_str());
    }
}

Test(sysctl, what_is_the_hosts_is_refused)
{
    for (const char* name : {"kernel.core_pattern", "vm.swappiness", "fs.file-max", "kernel.sem2",
                             "kernel", "fs.mqueue", "kernel.msgmax.x"})
        expect_error(name, "1", kAll,
                     (std::string(name) +
                      ": it belongs to no namespace, so that the whole host would be changed")
                         .c_str());
    expect_error("kernel.hostname", "x", kAll,
                 "kernel.hostname: the host name has a place of its own, /hostname");
}

// CVE-2022-0811 and the like.
Test(sysctl, a_name_that_leads_elsewhere_is_refused)
{
    for (const char* name : {"net/ipv4/../../kernel/core_pattern", "net/./x", "net..x", "net.",
                             "/net/x", ".net.x", "net//x", "net.ipv4.//.//.kernel.core_pattern"})
        expect_error(name, "1", kAll,
                     (std::string(name) + ": it is not the name of a kernel parameter").c_str());
    for (const char* value : {"", "1\n", "1\n2", "\x1b"})
        expect_error("net.core.somaxconn", value, kAll,
                     "net.core.somaxconn: its value is empty or has control characters");
    cr_expect(runtime::plan_sysctls({{"net.ipv4.ip_local_port_range", "1024\t65000"}}, kAll));
}

Test(sysctl, a_namespace_joined_by_path_that_is_our_own_is_the_hosts)
{
    const Namespaces own = {.joined = {{.flag = CLONE_NEWNET, .path = "/proc/self/ns/net"}}};
    const auto plan = runtime::plan_sysctls({{"net.core.somaxconn", "9"}}, own);
    cr_assert(plan);
    const auto checked = runtime::check_sysctls(*plan, own);
    cr_assert(!checked);
    cr_expect_str_eq(checked.error().doing.c_str(),
                     "net.core.somaxconn: /proc/self/ns/net is the host's own network namespace");
    cr_expect(runtime::check_sysctls({}, own));
}
