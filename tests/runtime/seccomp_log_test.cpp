#include "runtime/seccomp_log.hpp"

#include <criterion/criterion.h>

namespace {

constexpr std::string_view kRecord =
    "5,1234,56789,-;audit: type=1326 audit(1700000000.123:45): auid=4294967295 uid=0 gid=0 "
    "ses=4294967295 pid=2728 comm=\"sh pid=9\" exe=\"/bin/busybox\" sig=31 arch=c000003e "
    "syscall=162 "
    "compat=0 ip=0x7f code=0x80000000\n";

}  // namespace

Test(seccomp_log, names_the_call_that_a_process_was_killed_for)
{
    cr_expect_eq(runtime::call_in_log(kRecord, 2728), "sync");
    cr_expect_eq(runtime::call_in_log(kRecord, 272), "");
    cr_expect_eq(runtime::call_in_log(kRecord, 9), "");
}

Test(seccomp_log, a_call_without_a_name_is_a_number)
{
    std::string record(kRecord);
    record.replace(record.find("=162"), 4, "=99999");
    cr_expect_eq(runtime::call_in_log(record, 2728), "99999");
}

Test(seccomp_log, other_records_tell_nothing)
{
    std::string record(kRecord);
    record.replace(record.find("1326"), 4, "1400");
    cr_expect_eq(runtime::call_in_log(record, 2728), "");
    cr_expect_eq(runtime::call_in_log("6,1,2,-;pid=2728 syscall=162", 2728), "");
    cr_expect_eq(runtime::call_in_log("", 2728), "");
}
