load helpers

bundle() { # FILTER...: a bundle in ./b
    command bundle b "$@"
}
script() { # TEXT: the filter that makes it the program
    jq -rn --arg text "$1" '".process.args = \(["sh", "-c", $text])"'
}
# Nothing of a container may outlive it.
teardown() {
    [ -z "$(ls -A /run/davit/runtime 2>/dev/null)" ]
    [ -z "$(pgrep -f runtime:init)" ]
    [ -z "$(find /sys/fs/cgroup -type d -name 'davit-*')" ]
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
