// The contract: what each mistake in a config.json is answered with.
#include <criterion/criterion.h>

#include "spec/config.hpp"

using namespace spec;

namespace {

std::string complaint(std::string_view text)
{
    const Result<Config> config = read_config(text, "config.json");
    return config ? "is read" : config.error().message();
}

// A minimal config whose third line is `rest`, so that it begins at 3:1.
std::string with(std::string_view rest)
{
    return "{\"ociVersion\": \"1.3.0\",\n\"root\": {\"path\": \"rootfs\"},\n" + std::string(rest) +
           "}";
}

struct Case {
    const char* rest;
    const char* sentence;  // after "config.json:3:"
};

void expect(std::span<const Case> cases)
{
    for (const auto& [rest, sentence] : cases) {
        const std::string found = complaint(with(rest));
        const std::string expected = std::string("config.json:3:") + sentence;
        cr_expect_str_eq(found.c_str(), expected.c_str(), "%s\nfound:    %s\nexpected: %s", rest,
                         found.c_str(), expected.c_str());
    }
}

}  // namespace

Test(config_errors, the_top_level_is_checked)
{
    static const struct {
        const char* text;
        const char* sentence;
    } kCases[] = {
        {"{\n}", "config.json:1:1: \"ociVersion\" is missing"},
        {R"({"ociVersion": "1.3.0"})", "config.json:1:1: \"root\" is missing"},
        {R"({"ociVersion": "1.3", "root": {"path": "r"}})",
         "config.json:1:16: /ociVersion: \"1.3\" is not a version such as 1.3.0 (SemVer 2.0.0)"},
        {R"({"ociVersion": 1.3, "root": {"path": "r"}})",
         "config.json:1:16: /ociVersion: 1.3 is a number, a string is needed"},
        {R"({"ociVersion": "9.9.9-rc.1", "root": {"path": "r"}})", "is read"},
        {R"({"ociVersion": "1.0.0", "root": {}})", "config.json:1:33: /root: \"path\" is missing"},
        {R"({"ociVersion": "1.0.0", "root": {"path": ""}})",
         "config.json:1:42: /root/path: \"\" is empty"},
        {R"({"ociversion": "1.0.0"})",
         "config.json:1:2: /ociversion: \"ociversion\" must be written \"ociVersion\""},
    };
    for (const auto& [text, sentence] : kCases) {
        const std::string found = complaint(text);
        cr_expect_str_eq(found.c_str(), sentence, "%s\nfound: %s", text, found.c_str());
    }
    static constexpr Case kMore[] = {
        {R"("annotations": {"": "x"})", "17: /annotations/: \"\" is empty"},
        {R"("annotations": {"a": 1})", "22: /annotations/a: 1 is a number, a string is needed"},
        {R"("mounts": [{"type": "proc"}])", "12: /mounts/0: \"destination\" is missing"},
        {R"("mounts": [{"destination": ""}])", "28: /mounts/0/destination: \"\" is empty"},
        {R"("mounts": [{"destination": "/a", )"
         R"("gidMappings": [{"containerID": 0, "hostID": 0, "size": 1}]}])",
         "49: /mounts/0/gidMappings: \"uidMappings\" is needed with it"},
        {R"("hooks": {"prestart": [{"path": "a"}]})",
         "33: /hooks/prestart/0/path: \"a\" is not an absolute path"},
        {R"("hooks": {"poststop": [{"path": "/a", "timeout": 0}]})",
         "50: /hooks/poststop/0/timeout: 0 is out of range, a number from 1 to 9223372036854775807 "
         "is needed"},
        {R"("hooks": {"poststop": [{"path": "/a", "env": ["b"]}]})",
         "47: /hooks/poststop/0/env/0: \"b\" is not NAME=value"},
        {R"("Windows": {})", "1: /Windows: \"Windows\" must be written \"windows\""},
    };
    expect(kMore);
}

Test(config_errors, the_process_is_checked)
{
    static constexpr Case kCases[] = {
        {R"("process": {})", "12: /process: \"cwd\" is missing"},
        {R"("process": {"cwd": "tmp"})", "20: /process/cwd: \"tmp\" is not an absolute path"},
        {R"("process": {"cwd": 5})", "20: /process/cwd: 5 is a number, a string is needed"},
        {R"("process": {"args": []})",
         "21: /process/args: is empty, at least one element is needed"},
        {R"("process": {"args": ["a", "b\u0000"]})",
         "27: /process/args/1: \"b\\x00\" contains a NUL"},
        {R"("process": {"env": ["A=", "B"]})", "27: /process/env/1: \"B\" is not NAME=value"},
        {R"("process": {"env": ["=B"]})", "21: /process/env/0: \"=B\" has an empty name"},
        {R"("process": {"NONEWPRIVILEGES": false})",
         "13: /process/NONEWPRIVILEGES: \"NONEWPRIVILEGES\" must be written \"noNewPrivileges\""},
        {R"("process": {"user": {"gid": 1}})", "21: /process/user: \"uid\" is missing"},
        {R"("process": {"user": {"uid": 4294967295}})",
         "29: /process/user/uid: 4294967295 is out of range, a number from 0 to 4294967294 is "
         "needed"},
        {R"("process": {"user": {"uid": "12"}})",
         "29: /process/user/uid: \"12\" is a string, a number from 0 to 4294967294 is needed"},
        {R"("process": {"user": {"uid": -1}})",
         "29: /process/user/uid: -1 is out of range, a number from 0 to 4294967294 is needed"},
        {R"("process": {"user": {"additionalGids": [5, 4294967296]}})",
         "44: /process/user/additionalGids/1: 4294967296 is out of range, a number from 0 to "
         "4294967294 is "
         "needed"},
        {R"("process": {"user": {"umask": 512}})",
         "31: /process/user/umask: 512 is out of range, a number from 0 to 511 is needed"},
        {R"("process": {"oomScoreAdj": 1001})",
         "28: /process/oomScoreAdj: 1001 is out of range, a number from -1000 to 1000 is needed"},
        {R"("process": {"rlimits": [{"type": "RLIMIT_X", "soft": 1, "hard": 1}]})",
         "34: /process/rlimits/0/type: \"RLIMIT_X\" is not known, one of RLIMIT_CPU, RLIMIT_FSIZE, "
         "RLIMIT_DATA, RLIMIT_STACK, RLIMIT_CORE, RLIMIT_RSS, RLIMIT_NPROC, RLIMIT_NOFILE, "
         "RLIMIT_MEMLOCK, RLIMIT_AS, RLIMIT_LOCKS, RLIMIT_SIGPENDING, RLIMIT_MSGQUEUE, "
         "RLIMIT_NICE, "
         "RLIMIT_RTPRIO, RLIMIT_RTTIME is needed"},
        {R"("process": {"rlimits": [{"type": "RLIMIT_AS", "soft": 1}]})",
         "25: /process/rlimits/0: \"hard\" is missing"},
        {R"("process": {"rlimits": [{"type": "RLIMIT_AS", "hard": 1, "soft": 2}]})",
         "66: /process/rlimits/0/soft: 2 is above the hard limit 1"},
        {R"("process": {"rlimits": [{"type": "RLIMIT_AS", "hard": 1, "soft": 1}, )"
         R"({"soft": 1, "hard": 1, "type": "RLIMIT_AS"}]})",
         "101: /process/rlimits/1/type: a second \"RLIMIT_AS\", one is allowed"},
        {R"("process": {"scheduler": {"policy": "FIFO"}})",
         "37: /process/scheduler/policy: \"FIFO\" is not known, one of SCHED_OTHER, SCHED_FIFO, "
         "SCHED_RR, "
         "SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE is needed"},
        {R"("process": {"scheduler": {"policy": "SCHED_RR", "nice": 20}})",
         "57: /process/scheduler/nice: 20 is out of range, a number from -20 to 19 is needed"},
        {R"("process": {"scheduler": {"policy": "SCHED_RR"}})",
         "37: /process/scheduler/policy: SCHED_RR needs a priority from 1 to 99, not 0"},
        {R"("process": {"scheduler": {"policy": "SCHED_BATCH", "priority": 1}})",
         "64: /process/scheduler/priority: is of SCHED_FIFO and SCHED_RR only"},
        {R"("process": {"scheduler": {"policy": "SCHED_OTHER", "period": 1}})",
         "37: /process/scheduler/policy: runtime, deadline and period are of SCHED_DEADLINE only"},
        {R"("linux": {"memoryPolicy": {"mode": "MPOL_BIND", "nodes": "0-"}})",
         "58: /linux/memoryPolicy/nodes: \"0-\" is not a list of nodes such as 0-3,7"},
        {R"("process": {"ioPriority": {"priority": 1}})",
         "27: /process/ioPriority: \"class\" is missing"},
        {R"("process": {"ioPriority": {"priority": 8}})",
         "40: /process/ioPriority/priority: 8 is out of range, a number from 0 to 7 is needed"},
        {R"("process": {"execCPUAffinity": {"final": "a"}})",
         "42: /process/execCPUAffinity/final: \"a\" is not a list of CPUs such as 0-3,7"},
        {R"("process": {"consoleSize": {"height": 65536}})",
         "39: /process/consoleSize/height: 65536 is out of range, a number from 0 to 65535 is "
         "needed"},
    };
    expect(kCases);
}

Test(config_errors, the_linux_section_is_checked)
{
    static constexpr Case kCases[] = {
        {R"("linux": {"namespaces": [{"type": "net"}]})",
         "35: /linux/namespaces/0/type: \"net\" is not known, one of mount, pid, network, uts, "
         "ipc, user, "
         "cgroup, time is needed"},
        {R"("linux": {"namespaces": [{"type": "pid"}, {"type": "uts"}, {"type": "pid"}]})",
         "69: /linux/namespaces/2/type: a second \"pid\", one is allowed"},
        {R"("linux": {"namespaces": [{"type": "pid", "path": "proc"}]})",
         "50: /linux/namespaces/0/path: \"proc\" is not an absolute path"},
        {R"("linux": {"uidMappings": [{"containerID": 0, "hostID": 1, "size": 0}]})",
         "67: /linux/uidMappings/0/size: 0 is out of range, a number from 1 to 4294967295 is "
         "needed"},
        {R"("linux": {"uidMappings": [{"containerID": 0, "hostID": 1, "size": 4294967295}]})",
         "67: /linux/uidMappings/0/size: 4294967295 ids from hostID 1 on pass 4294967294"},
        {R"("linux": {"timeOffsets": {"boottime": {"nanosecs": 1000000000}}})",
         "52: /linux/timeOffsets/boottime/nanosecs: 1000000000 is out of range, a number from 0 to "
         "999999999 "
         "is needed"},
        {R"("linux": {"devices": [{"type": "x"}]})",
         "32: /linux/devices/0/type: \"x\" is not known, one of c, b, u, p is needed"},
        {R"("linux": {"devices": [{"type": "c", "path": "dev"}]})",
         "45: /linux/devices/0/path: \"dev\" is not an absolute path"},
        {R"("linux": {"devices": [{"type": "c", "path": "/d", "major": 1}]})",
         "23: /linux/devices/0: \"minor\" is missing"},
        {R"("linux": {"devices": [{"type": "c", "path": "/d", "major": 4096}]})",
         "60: /linux/devices/0/major: 4096 is out of range, a number from 0 to 4095 is needed"},
        {R"("linux": {"devices": [{"type": "p", "path": "/d", "fileMode": 8630}]})",
         "63: /linux/devices/0/fileMode: 8630 is no mode of a \"p\", a number from 0 to 511 is "
         "needed"},
        {R"("linux": {"devices": [{"type": "p", "path": "/d", "fileMode": 512}]})",
         "63: /linux/devices/0/fileMode: 512 is no mode of a \"p\", a number from 0 to 511 is "
         "needed"},
        {R"("linux": {"netDevices": {"eth/0": {}}})",
         "26: /linux/netDevices/eth~10: \"eth/0\" is not a name of a network interface"},
        {R"("linux": {"netDevices": {"eth0": {"name": "sixteencharacter"}}})",
         "43: /linux/netDevices/eth0/name: \"sixteencharacter\" is not a name of a network "
         "interface"},
        {R"("linux": {"rootfsPropagation": "none"})",
         "32: /linux/rootfsPropagation: \"none\" is not known, one of private, shared, slave, "
         "unbindable, "
         "rprivate, rshared, rslave, runbindable is needed"},
        {R"("linux": {"maskedPaths": ["proc"]})",
         "27: /linux/maskedPaths/0: \"proc\" is not an absolute path"},
        {R"("linux": {"sysctl": {"": ""}})", "22: /linux/sysctl/: \"\" is empty"},
        {R"("linux": {"intelRdt": {"closID": "a/b"}})",
         "34: /linux/intelRdt/closID: \"a/b\" is not the name of one folder"},
        {R"("linux": {"intelRdt": {"memBwSchema": "L3:"}})",
         "39: /linux/intelRdt/memBwSchema: \"L3:\" does not begin with MB:"},
        {R"("linux": {"intelRdt": {"memBwSchema": "MB:\n"}})",
         "39: /linux/intelRdt/memBwSchema: \"MB:\\n\" has more than one line"},
        {R"("linux": {"memoryPolicy": {"nodes": "0"}})",
         "27: /linux/memoryPolicy: \"mode\" is missing"},
        {R"("linux": {"personality": {"domain": "LINUX", "flags": ["x"]}})",
         "56: /linux/personality/flags/0: \"x\" is not known, no flags are defined"},
    };
    expect(kCases);
}

Test(config_errors, resources_are_checked)
{
    static constexpr Case kCases[] = {
        {R"("linux": {"resources": {"devices": [{"type": "c"}]}})",
         "37: /linux/resources/devices/0: \"allow\" is missing"},
        {R"("linux": {"resources": {"devices": [{"allow": true, "type": "p"}]}})",
         "61: /linux/resources/devices/0/type: \"p\" is not known, one of a, c, b is needed"},
        {R"("linux": {"resources": {"devices": [{"allow": true, "access": "rx"}]}})",
         "63: /linux/resources/devices/0/access: \"rx\" has letters other than r, w, m"},
        {R"("linux": {"resources": {"memory": {"limit": -2}}})",
         "45: /linux/resources/memory/limit: -2 is out of range, a number from -1 to "
         "9223372036854775807 is "
         "needed"},
        {R"("linux": {"resources": {"memory": {"swappiness": 101}}})",
         "50: /linux/resources/memory/swappiness: 101 is out of range, a number from 0 to 100 is "
         "needed"},
        {R"("linux": {"resources": {"cpu": {"shares": 1.5}}})",
         "43: /linux/resources/cpu/shares: 1.5 is not written in digits alone, a number from 0 to "
         "18446744073709551615 is needed"},
        {R"("linux": {"resources": {"pids": {}}})",
         "33: /linux/resources/pids: \"limit\" is missing"},
        {R"("linux": {"resources": {"rdma": {"x": {}}}})",
         "39: /linux/resources/rdma/x: \"hcaHandles\" and \"hcaObjects\" are missing, at least one "
         "is needed"},
        {R"("linux": {"resources": {"blockIO": {"weight": 65536}}})",
         "47: /linux/resources/blockIO/weight: 65536 is out of range, a number from 0 to 65535 is "
         "needed"},
        {R"("linux": {"resources": {"blockIO": {"weightDevice": [{"major": 8, "minor": 0}]}}})",
         "54: /linux/resources/blockIO/weightDevice/0: \"weight\" and \"leafWeight\" are missing, "
         "at least "
         "one is needed"},
        {R"("linux": {"resources": {"hugepageLimits": [{"pageSize": "0MB", "limit": 1}]}})",
         "57: /linux/resources/hugepageLimits/0/pageSize: \"0MB\" is not a page size such as 64KB, "
         "2MB or "
         "1GB"},
        {R"("linux": {"resources": {"unified": {"a": 1}}})",
         "42: /linux/resources/unified/a: 1 is a number, a string is needed"},
    };
    expect(kCases);
}

Test(config_errors, seccomp_is_checked)
{
    static constexpr Case kCases[] = {
        {R"("linux": {"seccomp": {}})", "22: /linux/seccomp: \"defaultAction\" is missing"},
        {R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_DENY"}})",
         "40: /linux/seccomp/defaultAction: \"SCMP_ACT_DENY\" is not known, one of SCMP_ACT_KILL, "
         "SCMP_ACT_KILL_PROCESS, SCMP_ACT_KILL_THREAD, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, "
         "SCMP_ACT_TRACE, "
         "SCMP_ACT_ALLOW, SCMP_ACT_LOG, SCMP_ACT_NOTIFY is needed"},
        {R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "defaultErrnoRet": 1}})",
         "75: /linux/seccomp/defaultErrnoRet: SCMP_ACT_LOG carries none, only SCMP_ACT_ERRNO and "
         "SCMP_ACT_TRACE do"},
        {R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_NOTIFY"}})",
         "22: /linux/seccomp: \"listenerPath\" is missing, SCMP_ACT_NOTIFY needs it"},
        {R"("linux": {"seccomp": {"defaultAction": "SCMP_ACT_LOG", "listenerMetadata": "x"}})",
         "76: /linux/seccomp/listenerMetadata: \"listenerPath\" is needed with it"},
        {R"("linux": {"seccomp": {"flags": ["TSYNC"]}})",
         "33: /linux/seccomp/flags/0: \"TSYNC\" is not known, one of SECCOMP_FILTER_FLAG_TSYNC, "
         "SECCOMP_FILTER_FLAG_LOG, SECCOMP_FILTER_FLAG_SPEC_ALLOW, "
         "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV "
         "is needed"},
        {R"("linux": {"seccomp": {"syscalls": [{"names": []}]}})",
         "46: /linux/seccomp/syscalls/0/names: is empty, at least one element is needed"},
        {R"("linux": {"seccomp": {"syscalls": [{"names": ["a"], )"
         R"("action": "SCMP_ACT_ALLOW", "errnoRet": 1}]}})",
         "93: /linux/seccomp/syscalls/0/errnoRet: SCMP_ACT_ALLOW carries none, only SCMP_ACT_ERRNO "
         "and "
         "SCMP_ACT_TRACE do"},
        {R"("linux": {"seccomp": {"syscalls": [{"errnoRet": 65536}]}})",
         "49: /linux/seccomp/syscalls/0/errnoRet: 65536 is out of range, a number from 0 to 65535 "
         "is needed"},
        {R"("linux": {"seccomp": {"syscalls": [{"args": [{"index": 6}]}]}})",
         "56: /linux/seccomp/syscalls/0/args/0/index: 6 is out of range, a number from 0 to 5 is "
         "needed"},
        {R"("linux": {"seccomp": {"syscalls": [{"args": )"
         R"([{"index": 5, "value": 1, "op": "=="}]}]}})",
         "77: /linux/seccomp/syscalls/0/args/0/op: \"==\" is not known, one of SCMP_CMP_NE, "
         "SCMP_CMP_LT, "
         "SCMP_CMP_LE, SCMP_CMP_EQ, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_MASKED_EQ is needed"},
    };
    expect(kCases);
}
