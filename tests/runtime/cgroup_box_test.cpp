// The kernel's own control groups: `box make unit T=cgroup_box`, skipped elsewhere.
#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "runtime/cgroup/cgroup.hpp"
#include "runtime/cgroup/files.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

using namespace runtime;

namespace {

void only_in_a_box()
{
    if (!::getenv("BOX") || ::geteuid() != 0)
        cr_skip_test("makes real control groups");
}

Layout layout()
{
    auto read = read_layout();
    cr_assert(read, "%s", read.error().doing.c_str());
    cr_assert(!read->hierarchies.empty());
    return *read;
}

template <class T>
void must(const Result<T>& result)
{
    cr_assert(result, "%s", result.error().message().c_str());
}

std::string file(const Groups& groups, std::string_view hierarchy, const char* name)
{
    for (const std::string& path : groups.paths())
        if (path.starts_with(format("/sys/fs/cgroup/{}/", hierarchy)))
            if (const auto text = read_cgroup_file(path + "/" + name))
                return *text;
    return "?";
}

void expect_nothing_left(const Groups& groups)
{
    for (const std::string& path : groups.paths())
        cr_expect(::access(path.c_str(), F_OK) < 0, "%s is left", path.c_str());
}

// A process in the groups that forks two more and waits.
sys::Process inhabit(Groups& groups)
{
    must(groups.open_entrances());
    auto child = sys::spawn(
        0, groups.v2_folder(),
        [](void* argument) -> int {
            if (!static_cast<Groups*>(argument)->enter())
                return 1;
            for (int i = 0; i < 2; ++i)
                if (::fork() == 0)
                    for (;;)
                        ::pause();
            for (;;)
                ::pause();
        },
        &groups);
    must(child);
    for (int i = 0; i < 500; ++i) {
        const auto found = groups.processes();
        must(found);
        if (found->size() == 3)
            break;
        ::usleep(10'000);
    }
    return std::move(*child);
}

}  // namespace

Test(cgroup_box, a_life_from_make_to_remove_leaves_nothing)
{
    only_in_a_box();
    const Layout here = layout();
    auto groups = Groups::plan(here, "", "life");
    must(groups);
    must(groups->make());
    const spec::Resources resources = {
        .devices = {{.allow = false},
                    {.allow = true, .type = spec::DeviceRuleType::Char, .major = 10, .minor = 229}},
        .memory = spec::Memory{.limit = 64 << 20},
        .cpu = spec::Cpu{.shares = 512, .quota = 50000, .period = 100000, .cpus = "0"},
        .pids = spec::Pids{.limit = 10}};
    const auto knobs = plan_knobs(resources, here);
    must(knobs);
    must(groups->apply(*knobs));
    must(groups->apply(*device_policy(resources.devices)));
    if (!here.pure_v2()) {
        cr_expect(file(*groups, "memory", "memory.limit_in_bytes") == "67108864");
        cr_expect(file(*groups, "cpu", "cpu.shares") == "512");
        cr_expect(file(*groups, "cpuset", "cpuset.cpus") == "0");
        cr_expect(file(*groups, "pids", "pids.max") == "10");
        const std::string devices = file(*groups, "devices", "devices.list");
        cr_expect(devices.starts_with("c 10:229 rwm\n"), "%s", devices.c_str());
    }

    sys::Process child = inhabit(*groups);
    for (const std::string& path : groups->paths()) {
        const auto text = read_cgroup_file(path + "/cgroup.procs");
        must(text);
        cr_expect(text->contains(std::to_string(child.pid())), "%s", path.c_str());
    }
    auto again = Groups::plan(here, "", "life");
    cr_expect(!again->make(), "a group with processes was taken");

    auto found = Groups::find(here, groups->paths());
    must(found);
    must(found->kill_all());
    const auto status = child.wait();
    cr_expect(status && *status == 128 + SIGKILL);
    must(found->remove());
    expect_nothing_left(*found);
}

Test(cgroup_box, frozen_processes_die_too)
{
    only_in_a_box();
    auto groups = Groups::plan(layout(), "/pod/frozen", "frozen");
    must(groups->make());
    sys::Process child = inhabit(*groups);
    must(groups->freeze());
    must(groups->kill_all());
    const auto status = child.wait();
    cr_expect(status && *status == 128 + SIGKILL);
    must(groups->remove());
    expect_nothing_left(*groups);
}

Test(cgroup_box, without_cgroup_kill_all_are_killed_as_well_and_groups_below_are_removed)
{
    only_in_a_box();
    Layout v1 = layout();
    if (v1.pure_v2())
        cr_skip_test("the kernel kills on this host");
    std::erase_if(v1.hierarchies,
                  [](const Hierarchy& each) { return each.version == CgroupVersion::V2; });
    auto groups = Groups::plan(v1, "/v1only", "v1");
    must(groups->make());
    sys::Process child = inhabit(*groups);
    for (const std::string& path : groups->paths())
        cr_assert_eq(::mkdir((path + "/below").c_str(), 0755), 0);
    must(groups->kill_all());
    const auto status = child.wait();
    cr_expect(status && *status == 128 + SIGKILL);
    must(groups->remove());
    expect_nothing_left(*groups);
}

Test(cgroup_box, a_limit_may_be_raised_and_lowered_past_the_one_that_bounds_it)
{
    only_in_a_box();
    const Layout here = layout();
    auto groups = Groups::plan(here, "", "limits");
    must(groups->make());
    for (const std::int64_t mib : {64, 32, 128, -1, 16}) {
        const std::int64_t bytes = mib < 0 ? mib : mib << 20;
        const auto knobs = plan_knobs({.memory = spec::Memory{.limit = bytes, .swap = bytes},
                                       .cpu = spec::Cpu{.quota = mib < 0 ? -1 : mib * 1000,
                                                        .burst = mib < 0 ? 0 : mib * 1000}},
                                      here);
        must(knobs);
        must(groups->apply(*knobs));
    }
    must(groups->remove());
    expect_nothing_left(*groups);
}

Test(cgroup_box, the_kernel_takes_the_device_program)
{
    only_in_a_box();
    auto groups = Groups::plan(layout(), "", "program");
    must(groups->make());
    must(groups->open_entrances());
    if (groups->v2_folder() < 0)
        cr_skip_test("no v2 here");
    const sys::Fd folder(
        ::open(groups->paths().back().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const auto policy = device_policy(
        {{.allow = false},
         {.allow = true, .type = spec::DeviceRuleType::Block, .major = 7},
         {.allow = false, .type = spec::DeviceRuleType::Block, .major = 7, .minor = 3}});
    must(policy);
    must(attach_device_program(folder.get(), device_program(*policy)));

    // Of two nodes of one driver the program tells apart, one can be opened.
    auto child = sys::spawn(
        0, groups->v2_folder(),
        [](void*) -> int {
            const bool null = ::open("/dev/null", O_RDWR) >= 0;
            const bool fuse = ::open("/dev/fuse", O_RDWR) < 0 && errno == EPERM;
            const bool loop = ::open("/dev/loop3", O_RDONLY) < 0 && errno == EPERM;
            return null && fuse && loop ? 0 : 1;
        },
        nullptr);
    must(child);
    const auto status = child->wait();
    cr_expect(status && *status == 0);
    must(groups->remove());
    expect_nothing_left(*groups);
}
