#include <criterion/criterion.h>

#include "runtime/cgroup/knobs.hpp"

using namespace runtime;

namespace {

Layout v1(std::vector<std::string> controllers)
{
    Layout layout;
    for (const std::string& each : controllers)
        layout.hierarchies.push_back({.mount = "/m/" + each, .controllers = {each}});
    layout.hierarchies.push_back({.version = CgroupVersion::V2, .mount = "/m/unified"});
    return layout;
}
Layout v1()
{
    return v1(
        {"memory", "cpu", "cpuset", "pids", "blkio", "hugetlb", "rdma", "net_cls", "net_prio"});
}
Layout v2()
{
    return {{{.version = CgroupVersion::V2,
              .mount = "/m",
              .controllers = {"memory", "cpu", "cpuset", "pids", "io", "hugetlb", "rdma"}}}};
}

std::string planned(const spec::Resources& resources, const Layout& layout)
{
    const auto writes = plan_knobs(resources, layout);
    if (!writes)
        return writes.error().doing;
    std::string text;
    for (const KnobWrite& each : *writes) {
        text += each.file + "=" + each.value;
        if (!each.other_file.empty())
            text += " or " + each.other_file + "=" + each.other_value;
        if (each.must != Must::Succeed)
            text += " if there";
        if (each.or_later)
            text += " or later";
        if (!each.usage_file.empty())
            text += " unless " + each.usage_file;
        text += "\n";
    }
    return text;
}

void expect(const spec::Resources& resources, const Layout& layout, const char* wanted)
{
    const std::string got = planned(resources, layout);
    cr_expect_str_eq(got.c_str(), wanted);
}

}  // namespace

Test(cgroup, memory_is_a_limit_with_swap_in_v1_and_a_limit_beside_swap_in_v2)
{
    const spec::Resources both = {.memory = spec::Memory{.limit = 100, .swap = 150}};
    expect(both, v1(),
           "memory.limit_in_bytes=100 or later\nmemory.memsw.limit_in_bytes=150 or later\n");
    expect(both, v2(), "memory.swap.max=50\nmemory.max=100\n");

    const spec::Resources none = {.memory = spec::Memory{.limit = -1}};
    expect(none, v1(),
           "memory.limit_in_bytes=-1 or later\nmemory.memsw.limit_in_bytes=-1 if there\n");
    expect(none, v2(), "memory.swap.max=max if there\nmemory.max=max\n");

    const spec::Resources no_swap = {.memory = spec::Memory{.limit = 100, .swap = 100}};
    expect(no_swap, v2(), "memory.swap.max=0 if there\nmemory.max=100\n");

    expect({.memory = spec::Memory{.limit = 100, .swap = 99}}, v2(),
           "/linux/resources/memory/swap: 99 is memory and swap together, and less than the "
           "memory limit of 100");
    expect({.memory = spec::Memory{.swap = 99}}, v2(),
           "/linux/resources/memory/swap: 99 needs a memory limit to go with it");
}

Test(cgroup, the_other_memory_properties_have_their_files_or_an_error)
{
    const spec::Resources all = {.memory = spec::Memory{.limit = 0,
                                                        .reservation = 10,
                                                        .kernel = 5,
                                                        .kernel_tcp = 7,
                                                        .swappiness = 0,
                                                        .disable_oom_killer = true,
                                                        .use_hierarchy = true}};
    expect(all, v1(),
           "memory.soft_limit_in_bytes=10\nmemory.kmem.tcp.limit_in_bytes=7\n"
           "memory.swappiness=0\nmemory.oom_control=1\n");
    expect({.memory = spec::Memory{.disable_oom_killer = false}}, v1(),
           "memory.oom_control=0 if there\n");
    expect(all, v2(), "/linux/resources/memory/swappiness: cgroup v2 has nothing like it");
    expect({.memory = spec::Memory{.disable_oom_killer = true}}, v2(),
           "/linux/resources/memory/disableOOMKiller: cgroup v2 has nothing like it");
    expect({.memory = spec::Memory{.kernel_tcp = 7}}, v2(),
           "/linux/resources/memory/kernelTCP: cgroup v2 has nothing like it");
    const spec::Resources careful = {.memory = spec::Memory{.limit = 9,
                                                            .reservation = -1,
                                                            .disable_oom_killer = false,
                                                            .check_before_update = true}};
    expect(careful, v2(), "memory.max=9 unless memory.current\nmemory.low=max\n");
}

Test(cgroup, what_no_kernel_has_is_told_and_no_error)
{
    cr_expect(knob_warnings({.memory = spec::Memory{.kernel = -1, .use_hierarchy = true}}).empty());
    const spec::Resources asked = {.memory = spec::Memory{.kernel = 5, .use_hierarchy = false}};
    expect(asked, v1(), "");
    expect(asked, v2(), "");
    const auto warnings = knob_warnings(asked);
    cr_assert_eq(warnings.size(), 2);
    cr_expect(warnings[0].starts_with("/linux/resources/memory/kernel changes nothing"));
    cr_expect(warnings[1].starts_with("/linux/resources/memory/useHierarchy changes nothing"));
}

Test(cgroup, cpu_shares_become_a_weight)
{
    const struct {
        std::uint64_t shares, weight;
    } cases[] = {{1, 1},      {2, 1},      {3, 2},          {256, 35},       {512, 59},
                 {1024, 100}, {2048, 174}, {262143, 10000}, {262144, 10000}, {~0ULL, 10000}};
    for (const auto& [shares, weight] : cases)
        cr_expect_eq(weight_of_shares(shares), weight, "%lu: %lu", shares,
                     weight_of_shares(shares));
}

Test(cgroup, cpu_time_is_two_files_in_v1_and_one_in_v2)
{
    const spec::Resources all = {
        .cpu = spec::Cpu{.shares = 1024, .quota = 50000, .burst = 1000, .period = 100000}};
    expect(all, v1(),
           "cpu.shares=1024\ncpu.cfs_period_us=100000 or later\n"
           "cpu.cfs_quota_us=50000 or later\ncpu.cfs_burst_us=1000\n");
    expect(all, v2(), "cpu.weight=100\ncpu.max=50000 100000 or later\ncpu.max.burst=1000\n");
    expect({.cpu = spec::Cpu{.quota = -1}}, v1(), "cpu.cfs_quota_us=-1 or later\n");
    expect({.cpu = spec::Cpu{.quota = -1}}, v2(), "cpu.max=max or later\n");
    expect({.cpu = spec::Cpu{.period = 2000}}, v2(), "cpu.max=max 2000 or later\n");
    expect({.cpu = spec::Cpu{.shares = 0, .quota = 0, .period = 0, .realtime_runtime = 0}}, v2(),
           "");
}

Test(cgroup, the_other_cpu_properties_have_their_files_or_an_error)
{
    const spec::Resources idle = {
        .cpu = spec::Cpu{.shares = 9, .cpus = "0-1", .mems = "0", .idle = 1}};
    expect(idle, v1(), "cpu.idle=1\ncpuset.cpus=0-1\ncpuset.mems=0\n");
    expect(idle, v2(), "cpu.idle=1\ncpuset.cpus=0-1\ncpuset.mems=0\n");
    expect({.cpu = spec::Cpu{.shares = 2, .idle = 0}}, v2(), "cpu.idle=0\ncpu.weight=1\n");
    const spec::Resources real = {.cpu = spec::Cpu{.realtime_runtime = 10, .realtime_period = 20}};
    expect(real, v1(), "cpu.rt_period_us=20 or later\ncpu.rt_runtime_us=10 or later\n");
    expect(real, v2(), "/linux/resources/cpu/realtimePeriod: cgroup v2 has nothing like it");
}

Test(cgroup, a_limit_of_no_processes_leaves_the_first_one)
{
    expect({.pids = spec::Pids{.limit = 5}}, v1(), "pids.max=5\n");
    expect({.pids = spec::Pids{.limit = -1}}, v1(), "pids.max=max\n");
    expect({.pids = spec::Pids{.limit = 0}}, v1(), "pids.max=0\n");
    expect({.pids = spec::Pids{.limit = 0}}, v2(), "pids.max=1\n");
    expect({.pids = spec::Pids{.limit = -7}}, v2(), "pids.max=max\n");
}

Test(cgroup, block_devices_have_weights_and_rates)
{
    spec::Resources resources = {.block_io =
                                     spec::BlockIo{.weight = 500,
                                                   .leaf_weight = 0,
                                                   .weight_device = {{8, 0, 10, {}}},
                                                   .throttle_read_bps_device = {{8, 1, 9}},
                                                   .throttle_write_iops_device = {{8, 2, 0}}}};
    expect(resources, v1(),
           "blkio.weight=500 or blkio.bfq.weight=500\n"
           "blkio.weight_device=8:0 10 or blkio.bfq.weight_device=8:0 10\n"
           "blkio.throttle.read_bps_device=8:1 9\nblkio.throttle.write_iops_device=8:2 0\n");
    expect(resources, v2(),
           "io.bfq.weight=500 or io.weight=4950\nio.bfq.weight=8:0 10 or io.weight=8:0 1\n"
           "io.max=8:1 rbps=9\nio.max=8:2 wiops=max\n");
    resources.block_io->leaf_weight = 10;
    expect(resources, v2(), "/linux/resources/blockIO/leafWeight: cgroup v2 has nothing like it");
    resources = {.block_io = spec::BlockIo{.leaf_weight = 10,
                                           .weight_device = {{8, 0, 10, {}}, {8, 1, {}, 20}}}};
    expect(resources, v1(),
           "blkio.leaf_weight=10\n"
           "blkio.weight_device=8:0 10 or blkio.bfq.weight_device=8:0 10\n"
           "blkio.leaf_weight_device=8:1 20\n");
    resources.block_io->leaf_weight = 0;
    expect(resources, v2(),
           "/linux/resources/blockIO/weightDevice/1/leafWeight: cgroup v2 has nothing like it");
}

Test(cgroup, an_error_points_at_the_element_of_the_list)
{
    const spec::Resources resources = {
        .block_io = spec::BlockIo{.weight_device = {{8, 0, 10, {}}, {8, 1, 20, {}}},
                                  .throttle_read_bps_device = {{8, 0, 1}},
                                  .throttle_write_bps_device = {{8, 0, 1}, {8, 1, 1}},
                                  .throttle_read_iops_device = {{8, 0, 1}},
                                  .throttle_write_iops_device = {{8, 0, 1}}}};
    constexpr std::string_view wanted[] = {"weightDevice/0",           "weightDevice/1",
                                           "throttleReadBpsDevice/0",  "throttleWriteBpsDevice/0",
                                           "throttleWriteBpsDevice/1", "throttleReadIOPSDevice/0",
                                           "throttleWriteIOPSDevice/0"};
    for (const Layout& layout : {v1(), v2()}) {
        const auto writes = plan_knobs(resources, layout);
        cr_assert_eq(writes->size(), std::size(wanted));
        for (std::size_t at = 0; at < std::size(wanted); ++at) {
            const std::string pointer = format("/linux/resources/blockIO/{}", wanted[at]);
            cr_expect_str_eq((*writes)[at].property.c_str(), pointer.c_str());
        }
    }
    const auto network =
        plan_knobs({.network = spec::Network{.priorities = {{"eth0", 5}, {"eth1", 6}}}}, v1());
    cr_expect_str_eq((*network)[1].property.c_str(), "/linux/resources/network/priorities/1");
    const auto refused = plan_knobs({.unified = {{"a~/b", "1"}}}, v2());
    cr_expect_str_eq(refused.error().place.pointer.c_str(), "/linux/resources/unified/a~0~1b");
}

Test(cgroup, huge_pages_are_limited_also_while_they_are_only_reserved)
{
    const spec::Resources resources = {.hugepage_limits = {{"2MB", 4}}};
    expect(resources, v1(),
           "hugetlb.2MB.limit_in_bytes=4\nhugetlb.2MB.rsvd.limit_in_bytes=4 if there\n");
    expect(resources, v2(), "hugetlb.2MB.max=4\nhugetlb.2MB.rsvd.max=4 if there\n");
    expect({.hugepage_limits = {{"2MB/../x", 4}}}, v1(),
           "/linux/resources/hugepageLimits/0/pageSize: \"2MB/../x\" is no size such as 2MB");
}

Test(cgroup, rdma_and_network_have_their_files)
{
    const spec::Resources rdma = {
        .rdma = {{"mlx5_1", {.hca_handles = 3}}, {"mlx5_2", {.hca_handles = 1, .hca_objects = 2}}}};
    expect(rdma, v1(), "rdma.max=mlx5_1 hca_handle=3\nrdma.max=mlx5_2 hca_handle=1 hca_object=2\n");
    const spec::Resources network = {
        .network = spec::Network{.class_id = 0x10001, .priorities = {{"eth0", 5}}}};
    expect(network, v1(), "net_cls.classid=65537\nnet_prio.ifpriomap=eth0 5\n");
    expect(network, v2(), "/linux/resources/network/classID: cgroup v2 has nothing like it");
    expect({.network = spec::Network{.priorities = {{"eth0", 5}}}}, v2(),
           "/linux/resources/network/priorities: cgroup v2 has nothing like it");
}

Test(cgroup, unified_is_for_v2_and_names_files_only)
{
    expect({.unified = {{"memory.high", "10"}, {"io.max", "8:0 rbps=1\n\n8:1 rbps=2\n"}}}, v2(),
           "io.max=8:0 rbps=1\nio.max=8:1 rbps=2\nmemory.high=10\n");
    expect({.unified = {{"cgroup.max.depth", "1"}}}, v2(), "cgroup.max.depth=1\n");
    expect({.unified = {{"memory.high", "10"}}}, v1(),
           "/linux/resources/unified/memory.high: this host has no memory controller in cgroup v2");
    expect({.unified = {{"cgroup.max.depth", "1"}}}, v1(), "cgroup.max.depth=1\n");
    Layout only_v1 = v1();
    only_v1.hierarchies.pop_back();
    expect({.unified = {{"cgroup.max.depth", "1"}}}, only_v1,
           "/linux/resources/unified/cgroup.max.depth: this host has no cgroup v2");
    expect({.unified = {{"../memory.high", "10"}}}, v2(),
           "/linux/resources/unified/..~1memory.high: \"../memory.high\" is no name of a file in a "
           "group");
    expect({.unified = {{"a/memory.high", "10"}}}, v2(),
           "/linux/resources/unified/a~1memory.high: \"a/memory.high\" is no name of a file in a "
           "group");
}

Test(cgroup, a_controller_that_this_host_lacks_matters_only_when_it_is_asked_for)
{
    const Layout little = v1({"cpu"});
    expect({.memory = spec::Memory{.limit = 0, .disable_oom_killer = false},
            .block_io = spec::BlockIo{.weight = 0}},
           little, "");
    expect({.memory = spec::Memory{.limit = 1}}, little,
           "/linux/resources/memory/limit: this host has no memory controller");
    expect({.pids = spec::Pids{.limit = 1}}, Layout{},
           "/linux/resources/pids/limit: this host has no pids controller");
    Layout few = v2();
    few.hierarchies[0].controllers = {"cpu"};
    expect({.block_io = spec::BlockIo{.weight = 10}}, few,
           "/linux/resources/blockIO/weight: this host has no io controller");
    expect({}, Layout{}, "");
}

Test(cgroup, each_controller_is_taken_where_a_hybrid_host_has_it)
{
    Layout mixed = v1({"cpu"});
    mixed.hierarchies.back().controllers = {"memory"};
    expect({.memory = spec::Memory{.limit = 5}, .cpu = spec::Cpu{.shares = 1024}}, mixed,
           "memory.max=5\ncpu.shares=1024\n");
}
