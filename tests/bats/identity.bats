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
    mapped "$(script 'id; cat /proc/self/uid_map /proc/self/gid_map; readlink /proc/self/ns/user
                      stat -c "%u %t:%T" /dev/null; echo > /dev/null; touch /mine
                      for p in keys acpi/x; do cat /proc/$p; done; echo > /proc/sys/kernel/msgmax
                      echo > /dev/shm/x; echo > /dev/stdout; umount /proc/keys; hostname')" \
        '.root.readonly = false' '.linux.sysctl = {"net.core.somaxconn": "99", "kernel.msgmax": "88"}'
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
                      grep -E "^(Cap|NoNew)" /proc/self/status; cat /proc/sys/net/core/somaxconn')" \
        '.process.user = {uid: 1000, gid: 1001, additionalGids: [7]}' '.process.oomScoreAdj = 500' \
        '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 600, hard: 700}]' \
        '.linux.sysctl = {"net.core.somaxconn": "99"}' \
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
    run -0 runtime run b/
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
    runtime run b/ > out 2>&1 3>&- &
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
