#include "runtime/net_devices.hpp"

#include <criterion/criterion.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

Test(net_devices, addresses_for_good_and_for_the_world_go_along)
{
    const std::vector<sys::NetAddress> all = {
        {.prefix = 1, .scope = RT_SCOPE_UNIVERSE, .flags = IFA_F_PERMANENT},
        {.prefix = 2, .scope = RT_SCOPE_LINK, .flags = IFA_F_PERMANENT},  // fe80::
        {.prefix = 3, .scope = RT_SCOPE_UNIVERSE, .flags = 0},            // of DHCP
        {.prefix = 4,
         .scope = RT_SCOPE_UNIVERSE,
         .flags = IFA_F_PERMANENT | IFA_F_NOPREFIXROUTE | IFA_F_TENTATIVE},
    };
    const auto kept = runtime::lasting(all);
    cr_assert_eq(kept.size(), 2);
    cr_expect(kept[0].prefix == 1 && kept[0].flags == 0);
    cr_expect(kept[1].prefix == 4 && kept[1].flags == IFA_F_NOPREFIXROUTE);
}

Test(net_devices, a_name_inside_is_as_on_the_host_or_given_or_the_first_free_of_a_row)
{
    cr_expect(runtime::names_inside("eth0", {}) == std::vector<std::string>{"eth0"});
    cr_expect(runtime::names_inside("eth0", {.name = "net"}) == std::vector<std::string>{"net"});
    const auto names = runtime::names_inside("eth0", {.name = "eth%d"});
    cr_expect(names.front() == "eth0" && names[11] == "eth11" && names.back() == "eth999");
}
