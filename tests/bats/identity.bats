load helpers

teardown() {
    if [ -n "$pod" ]; then kill -KILL "$pod"; wait || true; fi
    nothing_is_left
}

@test "oomScoreAdj is set, left alone where absent, and an error where it is refused" {
    own=$(cat /proc/self/oom_score_adj)
    bundle "$(script 'cat /proc/self/oom_score_adj')" 'del(.process.oomScoreAdj)'
    run -0 runtime run b/
    [ "$output" = "$own" ]
    bundle '.process.oomScoreAdj = 777'
    run -0 runtime run b/
    [ "$output" = 777 ]
    bundle ".process.oomScoreAdj = $own"
    run -0 runtime run b/
    [ "$output" = "$own" ]
    bundle '.process.oomScoreAdj = -1000'
    run -125 setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource runtime run -b b web
    [[ $output =~ ^"runtime: run web: adjust oom score: config.json: /process/oomScoreAdj: set /proc/"[0-9]+"/oom_score_adj to -1000: write 5 bytes: permission denied (EACCES)"$ ]]
}

@test "kernel parameters of the container's namespaces are set, and the host's stay" {
    before=$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/msg_max)
    bundle "$(script 'cd /proc/sys; cat kernel/msgmax net/ipv4/conf/lo/forwarding fs/mqueue/msg_max
                      cat net/ipv4/ip_local_port_range; hostname -d 2>/dev/null; cat kernel/domainname')" \
        '.linux.sysctl = {"kernel.msgmax": "4321", "net/ipv4/conf/lo/forwarding": "1",
                          "fs.mqueue.msg_max": "55", "kernel.domainname": "lab",
                          "net.ipv4.ip_local_port_range": "2000 3000"}'
    run -0 runtime run b/
    [ "$output" = $'4321\n1\n55\n2000\t3000\nlab' ]
    [ "$before" = "$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/msg_max)" ]
}

@test "kernel parameters of the host are refused before anything is made" {
    bundle '.linux.sysctl = {"kernel.core_pattern": "|/bin/x"}'
    run -125 runtime run -b b web
    [ "$output" = "runtime: run web: plan: config.json: /linux/sysctl: kernel.core_pattern: it belongs to no namespace, so that the whole host would be changed" ]
    bundle '.linux.sysctl = {"net.core.somaxconn": "9"}' '.linux.namespaces |= map(select(.type != "network"))'
    run -125 runtime run b/
    says "net.core.somaxconn: it needs a namespace of type network, or it would be the host's"
    bundle '.linux.namespaces += [{type: "network", path: "/proc/self/ns/net"}]'
    run -125 runtime run b/
    says "net.core.somaxconn: /proc/self/ns/net is the host's own network namespace"
    bundle '.linux.sysctl = {"kernel.msgmax": "moon"}'
    run -125 runtime run b/
    says 'init: set kernel parameters: config.json: /linux/sysctl: set kernel.msgmax to "moon": write 4 bytes: invalid argument (EINVAL)'
}

mapped() { # FILTER...: a bundle whose root is user 100000 of the host
    rm -f b/config.json
    bundle '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]' \
        '.linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]' "$@"
    chown -R 100000:200000 b/rootfs
}

@test "a user namespace: the program is root inside and nobody outside" {
    # Not net.core.*, which Linux 6.1 hides there.
    mapped "$(script 'id; cat /proc/self/uid_map /proc/self/gid_map; readlink /proc/self/ns/user
                      stat -c "%u %t:%T" /dev/null; echo > /dev/null; touch /mine
                      for p in keys acpi/x; do cat /proc/$p; done; echo > /proc/sys/kernel/msgmax
                      echo > /dev/shm/x; echo > /dev/stdout; umount /proc/keys; hostname')" \
        '.root.readonly = false' '.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "99", "kernel.msgmax": "88"}'
    run -0 runtime run b/
    says "uid=0(root) gid=0"
    [[ $output =~ \ 0\ +100000\ +65536 && $output =~ \ 0\ +200000\ +65536 ]]
    says "$(readlink /proc/self/ns/user)" && return 1
    says $'\n65534 1:3\n'
    says "'/proc/acpi/x': No such file or directory"
    says "/proc/sys/kernel/msgmax: Read-only file system"
    says "can't unmount /proc/keys: Operation not permitted"
    [ "${lines[-1]}" = davit ]
    [ "$(stat -c %u:%g b/rootfs/mine)" = 100000:200000 ]
}

@test "a user namespace: user, groups, limits, capabilities, OOM score and stdio are as asked" {
    mapped "$(script 'id; ulimit -Hn; ulimit -n; cat /proc/self/oom_score_adj; echo ok >> /dev/stderr
                      grep -E "^(Cap|NoNew)" /proc/self/status; cat /proc/sys/net/ipv4/ip_unprivileged_port_start')" \
        '.process.user = {uid: 1000, gid: 1001, additionalGids: [7]}' '.process.oomScoreAdj = 500' \
        '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 600, hard: 700}]' \
        '.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "99"}' \
        '.process.capabilities = {bounding: ["CAP_CHOWN", "CAP_KILL"], permitted: ["CAP_KILL"],
            effective: ["CAP_KILL"], inheritable: ["CAP_KILL"], ambient: ["CAP_KILL"]}'
    # A limit above our own is only for those with CAP_SYS_RESOURCE, which not every box has.
    if (ulimit -Sn 500; ulimit -Hn 650; ulimit -Hn 700) 2>/dev/null; then ulimit -Sn 500; ulimit -Hn 650; fi
    runtime run b/ >> out 2>&1
    [ "$(cat out)" = $'uid=1000 gid=1001 groups=7\n700\n600\n500\nok
CapInh:\t0000000000000020\nCapPrm:\t0000000000000020\nCapEff:\t0000000000000020
CapBnd:\t0000000000000021\nCapAmb:\t0000000000000020\nNoNewPrivs:\t1\n99' ] || { cat out; return 1; }
    [ "$(stat -c %u out)" = 101000 ]
}

@test "a user namespace: what the mapped root may not reach is opened for it" {
    mkdir -m 700 secret && mkdir secret/data && echo text > secret/data/file && chmod 755 secret/data
    mapped "$(script 'cat /data/file /file; ls /proc/1/fd /proc/self/fd | grep -c .; grep -c " - sysfs " /proc/self/mountinfo')" \
        '.mounts += [{destination: "/data", source: "../secret/data", options: ["rbind", "ro"]},
                     {destination: "/file", source: "../secret/data/file", options: ["bind"]}]' \
        '.linux.namespaces |= map(select(.type != "network"))' # so that sysfs is the host's
    mkdir b/rootfs/data && touch b/rootfs/file
    run -0 runtime run b/
    [ "${lines[0]}:${lines[1]}" = text:text ]
    [ "${lines[3]}" = 1 ]
}

@test "a user namespace: mappings that cannot be are refused, and so are ids that are not mapped" {
    mapped 'del(.linux.gidMappings)'
    run -125 runtime run -b b web
    [ "$output" = "runtime: run web: check config: config.json: /linux/gidMappings: is missing, and a new user namespace needs it" ]
    mapped '.process.user.uid = 65536'
    run -125 runtime run b/
    says "check config: config.json: /process/user/uid: 65536 is not mapped"
    mapped '.process.user.additionalGids = [1, 70000]'
    run -125 runtime run b/
    says "config.json: /process/user/additionalGids/1: 70000 is not mapped"
    mapped '.linux.uidMappings += [{containerID: 5, hostID: 7, size: 1}]'
    run -125 runtime run b/
    [[ $output =~ "map ids: config.json: /linux/uidMappings: write 2 mappings to /proc/"[0-9]+"/uid_map: invalid argument (EINVAL)"$ ]]
    mapped '.linux.uidMappings = [range(341) | {containerID: ., hostID: (100000 + .), size: 1}]'
    run -125 runtime run b/
    says "config.json: /linux/uidMappings: 341 mappings are more than the kernel takes"
}

@test "a user namespace where 0 is not mapped" {
    mapped '.linux.uidMappings[0].containerID = 1000' '.linux.gidMappings[0].containerID = 1000' \
        '.process.user = {uid: 1001, gid: 1002}' "$(script 'id; touch /tmp/x')" 'del(.mounts[].options[]? | select(startswith("gid=")))' \
        '.mounts += [{destination: "/tmp", type: "tmpfs", options: ["mode=1777"]}]'
    run -0 runtime run b/
    [ "$output" = "uid=1001 gid=1002" ]
}

# A process that waits in namespaces of its own, as engines keep one for a pod: its number in $pod.
pod() { # UNSHARE-OPTION...
    unshare "$@" sh -c 'echo > ready; exec sleep 300' 3>&- &
    pod=$!
    until [ -e ready ]; do kill -0 "$pod"; sleep 0.05; done
    case " $* " in
        *" --fork "*) pod=$(pgrep -P "$pod") ;;
    esac
    case " $* " in
        *" --user "*) echo "0 100000 65536" > "/proc/$pod/uid_map" && echo "0 200000 65536" > "/proc/$pod/gid_map" ;;
    esac
}
ns_of() { # KIND...: of the pod
    for kind; do readlink "/proc/$pod/ns/$kind"; done
}

@test "namespaces by path: the program stands in them, and what is made is its own" {
    pod --net --ipc --uts --pid --fork --cgroup --time --mount-proc
    bundle "$(script 'for n in net ipc uts pid cgroup time mnt; do readlink /proc/self/ns/$n; done
                      [ $$ != 1 ] && cat /proc/1/comm')" 'del(.hostname)' ".linux.namespaces = [{type: \"mount\"}] +
        ([[\"network\", \"net\"], [\"ipc\", \"ipc\"], [\"uts\", \"uts\"], [\"pid\", \"pid\"], [\"cgroup\", \"cgroup\"], [\"time\", \"time\"]]
         | map({type: .[0], path: (\"/proc/$pod/ns/\" + .[1])}))"
    # LeakSanitizer's helper would be born in the PID namespace that was joined, and not find us.
    ASAN_OPTIONS=detect_leaks=0 run -0 runtime run b/
    [ "$(head -n 6 <<<"$output")" = "$(ns_of net ipc uts pid cgroup time)" ]
    [ "${lines[6]}" != "$(ns_of mnt)" ] && [ "${lines[6]}" != "$(readlink /proc/self/ns/mnt)" ]
    [ "${lines[7]}" = sleep ]
}

@test "namespaces by path: a file that is none, or one of another kind, is refused" {
    bundle '.linux.namespaces |= map(if .type == "ipc" then .path = "/proc/self/ns/net" else . end)'
    run -125 runtime run b/
    says "init: join namespaces: join the ipc namespace /proc/self/ns/net: it is a network namespace"
    bundle '.linux.namespaces |= map(if .type == "ipc" then .path = "/etc/passwd" else . end)'
    run -125 runtime run b/
    says "join the ipc namespace /etc/passwd: it is no namespace"
    bundle '.linux.namespaces |= map(if .type == "pid" then .path = "/nowhere" else . end)'
    run -125 runtime run b/
    says "start init: join the pid namespace: open /nowhere: no such file or directory (ENOENT)"
}

@test "a user namespace by path: what is made inside belongs to it" {
    pod --user --net
    mapped "$(script 'readlink /proc/self/ns/user; readlink /proc/self/ns/net; id; echo $$; hostname
                      umount /proc/keys; cat /proc/self/oom_score_adj; sleep 0.1 & wait; trap "exit 5" TERM; echo ready
                      while :; do sleep 0.05; done')" \
        'del(.linux.uidMappings, .linux.gidMappings)' '.process.oomScoreAdj = 300' \
        ".linux.namespaces |= map(if .type == \"user\" then .path = \"/proc/$pod/ns/user\"
                                  elif .type == \"network\" then .path = \"/proc/$pod/ns/net\" else . end)"
    timeout 20 runtime run b/ > out 2>&1 3>&- &
    until grep -q ready out; do kill -0 $!; sleep 0.05; done
    kill -TERM $! # init is our own child still
    rc=0; wait $! || rc=$?
    [ "$rc" = 5 ]
    [ "$(cat out)" = "$(ns_of user net)
uid=0(root) gid=0
1
davit
umount: can't unmount /proc/keys: Operation not permitted
300
ready" ]
}

@test "a user namespace by path: its mappings may be repeated, not changed" {
    pod --user
    mapped '.process.args = ["true"]' \
        ".linux.namespaces |= map(if .type == \"user\" then .path = \"/proc/$pod/ns/user\" else . end)"
    run -0 runtime run b/
    bundle '.linux.uidMappings[0].size = 7'
    run -125 runtime run b/
    says "map ids: config.json: /linux/uidMappings: are not those of the user namespace"
    bundle 'del(.linux.uidMappings)' '.process.user.uid = 65536'
    run -125 runtime run b/
    says "map ids: config.json: /process/user/uid: 65536 is not mapped"
    bundle '.process.user.uid = 0' '.linux.namespaces |= map(if .type == "uts" then .path = "/etc/passwd" else . end)'
    run -125 runtime run b/
    says "start init: join the uts namespace /etc/passwd: it is no namespace"
}

@test "a new user namespace beside namespaces of the host" {
    pod --net
    mapped "$(script 'readlink /proc/self/ns/net; readlink /proc/self/ns/user; id')" \
        ".linux.namespaces |= map(if .type == \"network\" then .path = \"/proc/$pod/ns/net\" else . end)"
    run -0 runtime run b/
    [ "${lines[0]}" = "$(ns_of net)" ]
    [ "${lines[1]}" != "$(readlink /proc/self/ns/user)" ]
    [ "${lines[2]}" = "uid=0(root) gid=0" ]
}

@test "timeOffsets: the container's clocks are ahead, with a user namespace or without" {
    up() { cut -d. -f1 /proc/uptime; }
    mapped '.linux.namespaces += [{type: "time"}]' "$(script 'cut -d. -f1 /proc/uptime; cat /proc/self/timens_offsets')" \
        '.linux.timeOffsets = {boottime: {secs: 100000, nanosecs: 5}, monotonic: {secs: 7}}'
    before=$(up)
    run -0 runtime run b/
    [ "${lines[0]}" -ge $((before + 100000)) ]
    [[ $output =~ monotonic\ +7\ +0 && $output =~ boottime\ +100000\ +5 ]]
    bundle '.linux.namespaces |= map(select(.type != "user"))' 'del(.linux.uidMappings, .linux.gidMappings)'
    run -0 runtime run b/
    [ "${lines[0]}" -ge $((before + 100000)) ]
    bundle '.linux.timeOffsets.boottime.secs = -100000000'
    run -125 runtime run b/
    says 'start init: config.json: /linux/timeOffsets/boottime: write "boottime -100000000 5" to /proc/self/timens_offsets: '
    bundle '.linux.namespaces |= map(select(.type != "time"))'
    run -125 runtime run b/
    says "check config: config.json: /linux/timeOffsets: need a new time namespace"
    pod --user
    mapped "$(script 'cut -d. -f1 /proc/uptime')" '.linux.timeOffsets.boottime.secs = 100000' \
        ".linux.namespaces |= map(if .type == \"user\" then .path = \"/proc/$pod/ns/user\" else . end) + [{type: \"time\"}]"
    run -0 runtime run b/
    [ "${lines[0]}" -ge $((before + 100000)) ]
}

@test "hostname and domainname are the container's, and need a uts namespace of its own" {
    before=$(uname -n; cat /proc/sys/kernel/domainname)
    bundle "$(script 'uname -n; cat /proc/sys/kernel/domainname')" '.hostname = "web-1"' '.domainname = "lab.example"'
    run -0 runtime run b/
    [ "$output" = $'web-1\nlab.example' ]
    [ "$before" = "$(uname -n; cat /proc/sys/kernel/domainname)" ]
    bundle '.linux.namespaces |= map(select(.type != "uts"))'
    run -125 runtime run b/
    says "config.json: /hostname: needs a uts namespace, or it would be the host's"
    bundle 'del(.hostname)'
    run -125 runtime run b/
    says "config.json: /domainname: needs a uts namespace, or it would be the host's"
}

@test "listed devices have their numbers, modes and owners" {
    bundle "$(script 'cd /dev; stat -c "%n %F %t:%T %a %u:%g" zero2 sub/disk fifo null; head -c 2 zero2 | wc -c')" \
        '.linux.devices = [{path: "/dev/zero2", type: "c", major: 1, minor: 5, fileMode: 432, uid: 5, gid: 6},
            {path: "/dev/sub/disk", type: "b", major: 7, minor: 300, fileMode: 384},
            {path: "/dev/fifo", type: "p", fileMode: 511, uid: 7},
            {path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 292, gid: 9}]' \
        '.linux.resources.devices = [{allow: true}]' '.process.user.additionalGids = [6]'
    run -0 runtime run b/
    [ "$output" = "zero2 character special file 1:5 660 5:6
sub/disk block special file 7:12c 600 0:0
fifo fifo 0:0 777 7:0
null character special file 1:3 444 0:9
2" ]
}

@test "a user namespace: a listed device is the host's, or an error" {
    mapped "$(script 'stat -c "%t:%T" /dev/zero')" '.linux.devices = [{path: "/dev/zero", type: "c", major: 1, minor: 5}]'
    run -0 runtime run b/
    [ "$output" = 1:5 ]
    mapped '.linux.devices = [{path: "/dev/zero", type: "c", major: 1, minor: 3}]'
    run -125 runtime run b/
    says "init: make devices: the host's /dev/zero is not the device c 1:3, and a user namespace cannot make one"
}

@test "rlimits are set, and an error where they are refused" {
    bundle "$(script 'grep -E "open files|core file|pending|nice" /proc/self/limits')" '.process.rlimits = [
        {type: "RLIMIT_NOFILE", soft: 600, hard: 700}, {type: "RLIMIT_CORE", soft: 0, hard: 4096},
        {type: "RLIMIT_NICE", soft: 0, hard: 0}, {type: "RLIMIT_SIGPENDING", soft: 5, hard: 6}]'
    run -0 runtime run b/
    [ "$(sed 's/  */ /g; s/ $//' <<<"$output")" = "Max core file size 0 4096 bytes
Max open files 600 700 files
Max pending signals 5 6 signals
Max nice priority 0 0" ]
    bundle '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 1, hard: 99999999}]'
    run -125 setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource runtime run b/
    says "init: set limits: set RLIMIT_NOFILE to 1, at most 99999999: operation not permitted (EPERM)"
}

@test "all five capability sets are as asked, for root and for others" {
    sets='{bounding: ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID", "CAP_NET_RAW"], permitted: ["CAP_KILL", "CAP_NET_RAW", "CAP_CHOWN"],
           effective: ["CAP_NET_RAW"], inheritable: ["CAP_KILL", "CAP_CHOWN"], ambient: ["CAP_KILL"]}'
    # What execve makes of them is the kernel's affair (capabilities(7)).
    bundle "$(script 'grep ^Cap /proc/self/status')" ".process.capabilities = $sets" '.process.user.uid = 1000'
    run -0 runtime run b/
    [ "$output" = $'CapInh:\t0000000000000021
CapPrm:\t0000000000000020
CapEff:\t0000000000000020
CapBnd:\t00000000000020a1
CapAmb:\t0000000000000020' ]
    bundle '.process.user.uid = 0'
    run -0 runtime run b/
    [ "$output" = $'CapInh:\t0000000000000021
CapPrm:\t0000000000002021
CapEff:\t0000000000002021
CapBnd:\t00000000000020a1
CapAmb:\t0000000000000020' ]
    bundle 'del(.process.capabilities)' '.process.user.uid = 1000'
    run -0 runtime run b/
    [ "$(sort -u <<<"${output//Cap???:/}")" = $'\t0000000000000000' ]
    bundle '.process.capabilities = {bounding: [], permitted: ["CAP_KILL"], effective: ["CAP_KILL"]}'
    run -0 runtime run b/
}

@test "capabilities that cannot be granted are a warning, and nobody has them" {
    bundle "$(script 'grep ^Cap /proc/self/status')" '.process.user.uid = 1000' '.process.capabilities =
        {bounding: ["CAP_KILL"], permitted: ["CAP_KILL"], effective: ["CAP_CHOWN"], inheritable: ["CAP_CHOWN"], ambient: ["CAP_KILL"]}'
    run -0 runtime --log log run -b b web
    [ "$output" = $'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000
CapBnd:\t0000000000000020\nCapAmb:\t0000000000000000' ]
    [[ $(cat log) = *"warning: run web: capabilities that cannot be granted here are left out: effective CAP_CHOWN; inheritable CAP_CHOWN; ambient CAP_KILL" ]]
    rm log
    # What the caller itself lacks: of all sets, then of the bounding set alone.
    all='["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"]'
    bundle ".process.capabilities = {bounding: $all, permitted: $all, effective: $all, inheritable: $all, ambient: $all}"
    run -0 setpriv --bounding-set=-net_raw --inh-caps=-net_raw runtime --log log run -b b web
    [ "$(sort -u <<<"${output//Cap???:/}")" = $'\t0000000000000021' ]
    [[ $(cat log) = *": bounding CAP_NET_RAW; permitted CAP_NET_RAW; effective CAP_NET_RAW; inheritable CAP_NET_RAW; ambient CAP_NET_RAW" ]]
    rm log
    run -0 setpriv --inh-caps=+net_raw setpriv --bounding-set=-net_raw runtime --log log run -b b web
    says $'CapInh:\t0000000000002021'
    says $'CapBnd:\t0000000000000021'
    [[ $(cat log) = *"are left out: bounding CAP_NET_RAW" ]]
    rm log
    # What is gone already needs no right to drop it; what is not, does.
    bundle ".process.capabilities = {bounding: $(runtime features | jq -c '.linux.capabilities - ["CAP_SETPCAP"]')}"
    run -0 setpriv --bounding-set=-setpcap --inh-caps=-setpcap runtime run b/
    bundle '.process.capabilities = {bounding: ["CAP_KILL"]}'
    run -125 setpriv --bounding-set=-setpcap --inh-caps=-setpcap runtime run b/
    says "init: become the user: drop CAP_CHOWN from the bounding set: operation not permitted (EPERM)"
    mapped "$(script 'grep ^CapBnd /proc/self/status')" ".process.capabilities = {bounding: $all}"
    run -0 setpriv --bounding-set=-net_raw --inh-caps=-net_raw runtime --log log run -b b web
    [ "$output" = $'CapBnd:\t0000000000002021' ] # a user namespace has all of them
    [ ! -s log ]
}

@test "a working folder is entered as root or as the user, whoever may, and made where it is missing" {
    bundle '.process.args = ["readlink", "/proc/self/cwd"]' '.process.user.uid = 1000' '.process.cwd = "/work"'
    mkdir -m 700 b/rootfs/work
    run -0 runtime run b/
    [ "$output" = /work ]
    chown 1000 b/rootfs/work
    # Where root may not write without those capabilities, its groups are below one where it may.
    mkdir -p "$(cgroup_of pids test-own)"
    bundle '.linux.cgroupsPath = "/test-own/web"'
    run -0 setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search runtime run b/
    [ "$output" = /work ]
    chown 1001 b/rootfs/work
    run -125 setpriv --bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search runtime run b/
    says "init: enter working folder as the user: enter /work: permission denied (EACCES)"
    bundle '.process.cwd = "/srv/new/one"' '.root.readonly = false'
    run -0 runtime run b/
    [ "$output" = /srv/new/one ]
    mapped '.process.args = ["readlink", "/proc/self/cwd"]' '.process.user.uid = 1000' '.process.cwd = "/work"'
    chmod 700 b/rootfs/work
    run -0 runtime run b/
    [ "$output" = /work ]
    touch b/rootfs/srv/file
    bundle '.process.cwd = "/srv/file"'
    run -125 runtime run b/
    says "make working folder: open rootfs:/srv/file as a folder: not a directory (ENOTDIR)"
    find /sys/fs/cgroup -depth -type d -name test-own -exec rmdir {} +
}

@test "noNewPrivileges is set, or is not" {
    for value in true false; do
        bundle "$(script 'grep NoNewPrivs /proc/self/status')" ".process.noNewPrivileges = $value"
        run -0 runtime run b/
        [ "$output" = $'NoNewPrivs:\t'$([ $value = true ] && echo 1 || echo 0) ]
    done
}

# CVE-2016-9962: who has every capability in a user namespace must not see init, which still holds
# things of the host, but only what it has executed.
@test "a user namespace by path: those inside cannot look into init" {
    pod --user --pid --mount --fork --mount-proc
    cat > watch.py <<'END'
import os, sys
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            print(os.readlink(f"/proc/{pid}/exe"), flush=True)
        except OSError:
            pass
END
    nsenter -t "$pod" -U -p -m -S 0 -G 0 /usr/bin/python3 - < watch.py > seen 3>&- &
    until grep -q python seen; do kill -0 $!; sleep 0.05; done
    mapped '.process.args = ["sleep", "0.05"]' ".linux.namespaces |= map(
        if .type == \"user\" or .type == \"pid\" then .path = \"/proc/$pod/ns/\" + .type else . end)"
    for _ in {1..25}; do runtime run b/; done
    grep -q busybox seen
    run ! grep -m 1 -vE '/(python[0-9.]*|busybox|sleep|dash)$' seen
}

# CVE-2023-25809.
@test "a user namespace: control groups cannot be written, with a cgroup namespace or without" {
    for filter in . '.linux.namespaces |= map(select(.type != "cgroup"))'; do
        mapped "$(script "find /sys/fs/cgroup -name cgroup.procs | head -n 1 | while read f; do echo 0 > \$f; done
                          mount -o remount,rw,bind /sys/fs/cgroup; mount -o remount,rw /sys/fs/cgroup$(v1_or_v2 /pids ''); true")" "$filter"
        run -0 runtime run b/
        says "Read-only file system"
        [ "$(grep -c "mount: .*denied\|mount: .*not permitted\|mount: .*must be superuser" <<<"$output")" = 2 ]
    done
}

@test "a user namespace: a terminal is the user's" {
    mapped '.process.terminal = true' '.process.user.uid = 1000' "$(script 'tty; stat -c %u $(tty); echo ok > /dev/tty')"
    run -0 "$BATS_TEST_DIRNAME/at_terminal" 24x80 runtime run b/ --
    says "/dev/pts/0"
    says 1000
    says ok
}
