#include "runtime/devices.hpp"

#include <criterion/criterion.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

static std::string paths(const std::vector<spec::Device>& listed)
{
    std::string text;
    for (const auto& node : runtime::plan_devices(listed))
        text +=
            format("{} {:o} {}:{}\n", node.path, node.mode, major(node.device), minor(node.device));
    return text;
}

Test(devices, of_two_with_one_path_the_later_counts)
{
    const std::string text = paths({
        {.type = spec::DeviceType::Char, .path = "/dev/x", .major = 1, .minor = 1},
        {.type = spec::DeviceType::Char, .path = "/dev/tty", .major = 9, .minor = 9},
        {.type = spec::DeviceType::Block, .path = "/dev/x", .major = 2, .minor = 2},
    });
    cr_expect_str_eq(text.c_str(),
                     "/dev/null 20666 1:3\n/dev/zero 20666 1:5\n/dev/full 20666 1:7\n"
                     "/dev/random 20666 1:8\n/dev/urandom 20666 1:9\n"
                     "/dev/tty 20666 9:9\n/dev/x 60666 2:2\n");
}
