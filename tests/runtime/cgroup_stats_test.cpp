// Files of groups as text: what `events` makes of them, and what `update` puts back.
#include <criterion/criterion.h>

#include "runtime/cgroup/stats.hpp"
#include "runtime/events.hpp"

using namespace runtime;

Test(cgroup_stats, pressure_is_in_hundredths_and_nothing_where_there_is_none)
{
    const auto pressure = parse_pressure(
        "some avg10=0.05 avg60=12.34 avg300=100.00 total=4568865\n"
        "full avg10=0.00 avg60=0.00 avg300=1.00 total=7\n");
    cr_assert(pressure);
    cr_expect_eq(pressure->some.avg10, 5);
    cr_expect_eq(pressure->some.avg60, 1234);
    cr_expect_eq(pressure->some.avg300, 10000);
    cr_expect_eq(pressure->some.total, 4568865);
    cr_expect_eq(pressure->full.avg300, 100);
    cr_expect_eq(pressure->full.total, 7);
    cr_expect(!parse_pressure(""));
}

Test(cgroup_stats, lists_are_numbers)
{
    cr_expect(parse_list("0-2,7\n") == std::vector<std::uint64_t>({0, 1, 2, 7}));
    cr_expect(parse_list("\n").empty());
    cr_expect_eq(parse_list("0-99999999999").size(), 65536);
}

Test(cgroup_stats, block_io_of_both_versions_is_told_alike)
{
    const auto v1 = parse_io_v1("8:0 Read 12\n8:0 Write 34\n8:0 Total 46\nTotal 46\n");
    cr_assert_eq(v1.size(), 3);
    cr_expect(v1[1].major == 8 && v1[1].minor == 0 && v1[1].operation == "Write" &&
              v1[1].value == 34);
    IoStats v2;
    parse_io_v2("259:3 rbytes=12 wbytes=34 rios=1 wios=2 dbytes=9 dios=9\n", v2);
    cr_assert_eq(v2.bytes.size(), 2);
    cr_assert_eq(v2.operations.size(), 2);
    cr_expect(v2.bytes[0].major == 259 && v2.bytes[0].minor == 3 &&
              v2.bytes[0].operation == "Read" && v2.bytes[0].value == 12);
    cr_expect(v2.operations[1].operation == "Write" && v2.operations[1].value == 2);
}

Test(cgroup_stats, interfaces_are_read_from_their_columns)
{
    const auto found = parse_interfaces(
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop\n"
        "    lo:     100       2    3    4    0     0          0         0     500       6    7  "
        "  8    0     0       0          0\n");
    cr_assert_eq(found.size(), 1);
    cr_expect(found[0].name == "lo");
    cr_expect(found[0].received[0] == 100 && found[0].received[3] == 4);
    cr_expect(found[0].sent[0] == 500 && found[0].sent[3] == 8);
}

Test(cgroup_restore, what_a_file_shows_becomes_what_has_it_so_again)
{
    cr_expect(value_before("memory.max", "100", "max") == "max");
    cr_expect(value_before("cpu.max", "100 200", "max 100000") == "max 100000");
    cr_expect(value_before("cpuset.cpus", "0", "") == "\n");
    cr_expect(value_before("memory.oom_control", "1", "oom_kill_disable 0\nunder_oom 0") == "0");
    const auto* io = "8:0 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=2 wbps=2 riops=2 wiops=2";
    cr_expect(value_before("io.max", "8:16 rbps=9", io) == "8:16 rbps=2 wbps=2 riops=2 wiops=2");
    cr_expect(value_before("io.max", "8:1 rbps=9", io) ==
              "8:1 rbps=max wbps=max riops=max wiops=max");
    cr_expect(value_before("blkio.throttle.read_bps_device", "8:0 5", "") == "8:0 0");
    cr_expect(value_before("io.weight", "8:0 5", "default 100") == "8:0 default");
    cr_expect(value_before("io.weight", "500", "default 100\n8:0 5") == "default 100");
}
