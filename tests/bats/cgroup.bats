load helpers

# What a container's limits become in the files of its groups, on cgroup v1 and v2, and that they hold.

teardown() {
    runtime delete --force web
    find /sys/fs/cgroup -depth -type d -name 'test-*' -exec rmdir {} +
    nothing_is_left
}

made() { # FILTER...: a container that waits to be started
    runtime delete --force web
    rm -f b/config.json
    bundle "$@"
    runtime create -b b web 3>&-
}
refused() { # TEXT FILTER...
    runtime delete --force web
    rm -f b/config.json
    bundle "${@:2}"
    run -125 runtime run -b b web
    says "$1"
}
holds() { # CONTROLLER FILE TEXT: the file of its group has a line that is the text
    run -0 cat "$(cgroup_of "$1" davit-web)/$2"
    grep -qxFe "$3" <<<"$output" || says "$3 in $2"
}
needs() { # CONTROLLER [FILE]
    if pure_v2; then
        grep -qw "$1" /sys/fs/cgroup/cgroup.controllers || skip "no $1 controller here"
    else
        [ -d "/sys/fs/cgroup/$1" ] || skip "no $1 controller here"
    fi
}

@test "memory: limit, reservation, and memory and swap together" {
    made '.linux.resources.memory = {limit: 67108864, reservation: 33554432, swap: 100663296}'
    if pure_v2; then
        holds memory memory.max 67108864
        holds memory memory.low 33554432
        holds memory memory.swap.max 33554432 # v2 counts swap alone
    else
        holds memory memory.limit_in_bytes 67108864
        holds memory memory.soft_limit_in_bytes 33554432
        holds memory memory.memsw.limit_in_bytes 100663296
    fi
    made '.linux.resources.memory = {limit: -1}'
    if pure_v2; then
        holds memory memory.max max
        holds memory memory.swap.max max
    else
        holds memory memory.limit_in_bytes 9223372036854771712
    fi
}

@test "memory: a program that takes more than the limit is killed, and one below it is not" {
    take='dd if=/dev/zero of=/dev/null bs=$size count=1 2>&1'
    bundle "$(script "size=200M; exec ${take/\$size/200M}")" '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
    run -137 runtime run b/
    bundle "$(script "${take/\$size/8M}")"
    run -0 runtime run b/
}

@test "memory: what v2 has nothing like is refused there by name" {
    if pure_v2; then
        refused 'config.json: /linux/resources/memory/swappiness: cgroup v2 has nothing like it' '.linux.resources.memory.swappiness = 10'
        refused 'config.json: /linux/resources/memory/disableOOMKiller: cgroup v2' '.linux.resources.memory.disableOOMKiller = true'
        refused 'config.json: /linux/resources/memory/swap: 1024 needs a memory limit to go with it' '.linux.resources.memory.swap = 1024'
    else
        made '.linux.resources.memory = {swappiness: 10, disableOOMKiller: true}'
        holds memory memory.swappiness 10
        holds memory memory.oom_control 'oom_kill_disable 1'
    fi
}

@test "memory: what no kernel has is told in the log" {
    bundle '.process.args = ["true"]' '.linux.resources.memory = {kernel: 1048576, useHierarchy: false}'
    run -0 runtime --log log run -b b web
    [ -z "$output" ]
    grep -q 'warning: run web: config.json: /linux/resources/memory/kernel changes nothing' log
    grep -q 'warning: run web: config.json: /linux/resources/memory/useHierarchy changes nothing' log
}

@test "memory: more than memory and swap together is refused with a hint, or by its numbers" {
    refused "$(v1_or_v2 'write "1048576" to ' '/linux/resources/memory/swap: 1048576 is memory and swap together, and less than the memory limit of 2097152')" \
        '.linux.resources.memory = {limit: 2097152, swap: 1048576}'
    pure_v2 || says 'hint: the limit of memory (limit) cannot be above that of memory and swap together (swap); both can be changed at once'
}

@test "cpu: shares, quota, period and burst" {
    made '.linux.resources.cpu = {shares: 512, quota: 50000, period: 200000, burst: 10000}'
    if pure_v2; then
        holds cpu cpu.weight 59
        holds cpu cpu.max '50000 200000'
        holds cpu cpu.max.burst 10000
    else
        holds cpu cpu.shares 512
        holds cpu cpu.cfs_quota_us 50000
        holds cpu cpu.cfs_period_us 200000
        holds cpu cpu.cfs_burst_us 10000
    fi
    made '.linux.resources.cpu = {idle: 1}'
    holds cpu cpu.idle 1
    made '.linux.resources.cpu = {quota: -1}'
    if pure_v2; then holds cpu cpu.max 'max 100000'; else holds cpu cpu.cfs_quota_us -1; fi
}

@test "cpu: real time, and what v2 has nothing like is refused there by name" {
    if pure_v2; then
        refused 'config.json: /linux/resources/cpu/realtimeRuntime: cgroup v2 has nothing like it' '.linux.resources.cpu.realtimeRuntime = 1000'
    else
        [ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip "no real-time groups in this kernel"
        made '.linux.resources.cpu = {realtimeRuntime: 1000, realtimePeriod: 2000000}'
        holds cpu cpu.rt_runtime_us 1000
        holds cpu cpu.rt_period_us 2000000
    fi
}

@test "cpuset: the program runs on the CPUs that it is given" {
    bundle "$(script 'nproc; grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status')" \
        '.linux.resources.cpu = {cpus: "0", mems: "0"}'
    run -0 runtime run b/
    [ "$output" = $'1\nCpus_allowed_list:\t0\nMems_allowed_list:\t0' ]
    made '.linux.resources.cpu = {cpus: "0", mems: "0"}'
    holds cpuset cpuset.cpus 0
    holds cpuset cpuset.mems 0
    refused 'config.json: /linux/resources/cpu/cpus: write "9999" to ' '.linux.resources.cpu.cpus = "9999"'
}

@test "pids: no more processes than the limit" {
    made '.linux.resources.pids.limit = -1'
    holds pids pids.max max
    bundle "$(script 'for i in 1 2 3 4 5 6; do sleep 60 & done; echo all')" '.linux.resources.pids.limit = 5'
    run -2 runtime run b/
    says "can't fork: Resource temporarily unavailable"
    bundle "$(script 'true & echo two')" '.linux.resources.pids.limit = 0'
    run -2 runtime run b/
    says "can't fork"
}

disk() { # as 259:0
    local name
    for name in /sys/class/block/*; do
        case $name in */loop* | */ram*) ;; *) cat "$name/dev" && return ;; esac
    done
    skip "no disk here"
}

@test "block I/O: bytes and operations of a second" {
    needs "$(v1_or_v2 blkio io)"
    disk=$(disk)
    made "(\"$disk\" / \":\" | map(tonumber)) as [\$major, \$minor] | .linux.resources.blockIO = {
        throttleReadBpsDevice: [{\$major, \$minor, rate: 1048576}],
        throttleWriteBpsDevice: [{\$major, \$minor, rate: 2097152}],
        throttleReadIOPSDevice: [{\$major, \$minor, rate: 100}],
        throttleWriteIOPSDevice: [{\$major, \$minor, rate: 200}]}"
    if pure_v2; then
        holds io io.max "$disk rbps=1048576 wbps=2097152 riops=100 wiops=200"
    else
        holds blkio blkio.throttle.read_bps_device "$disk 1048576"
        holds blkio blkio.throttle.write_bps_device "$disk 2097152"
        holds blkio blkio.throttle.read_iops_device "$disk 100"
        holds blkio blkio.throttle.write_iops_device "$disk 200"
    fi
}

@test "block I/O: an error points at the device that is to blame, in the log as well" {
    needs "$(v1_or_v2 blkio io)"
    disk=$(disk)
    bundle "(\"$disk\" / \":\" | map(tonumber)) as [\$major, \$minor] | .linux.resources.blockIO.throttleWriteBpsDevice = [
        {\$major, \$minor, rate: 2097152}, {major: 4000, minor: 1, rate: 1}]"
    run -125 runtime --log log --log-format json run -b b web
    says 'config.json: /linux/resources/blockIO/throttleWriteBpsDevice/1: write "4000:1 '
    [ "$(jq -c '[.path, .step, .errno, has("line")]' log)" = '["/linux/resources/blockIO/throttleWriteBpsDevice/1","make control groups","ENODEV",false]' ]
}

@test "block I/O: the weight, by the scheduler that there is, and else a clear refusal" {
    needs "$(v1_or_v2 blkio io)"
    bundle '.process.args = ["true"]' '.linux.resources.blockIO.weight = 500'
    status=0; runtime create -b b web >out 2>&1 3>&- || status=$?
    folder=$(cgroup_of "$(v1_or_v2 blkio io)" davit-web)
    if [ "$status" = 0 ]; then
        run -0 cat "$folder/$(v1_or_v2 blkio.bfq.weight io.weight)"
        says "$(v1_or_v2 500 'default 4950')"
    else
        output=$(<out)
        says 'make control groups: config.json: /linux/resources/blockIO/weight: open /sys/fs/cgroup/'
        says 'hint: this kernel has no such limit, or a group above passes none on'
        [ ! -e "$folder" ]
    fi
}

@test "huge pages" {
    needs hugetlb
    made '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    holds hugetlb "hugetlb.2MB.$(v1_or_v2 limit_in_bytes max)" 4194304
    holds hugetlb "hugetlb.2MB.rsvd.$(v1_or_v2 limit_in_bytes max)" 4194304
}

@test "huge pages, RDMA: where there is no such controller that is told" {
    [ "$(v1_or_v2 "$(ls -d /sys/fs/cgroup/{hugetlb,rdma} 2>/dev/null)" "$(grep -oEw 'hugetlb|rdma' /sys/fs/cgroup/cgroup.controllers)")" = "" ] ||
        skip "there is one"
    refused 'config.json: /linux/resources/hugepageLimits/0: this host has no hugetlb controller' \
        '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]'
    refused 'config.json: /linux/resources/rdma/mlx5_1: this host has no rdma controller' '.linux.resources.rdma = {mlx5_1: {hcaHandles: 3}}'
}

@test "RDMA: a device that is not there is told" {
    needs rdma
    refused 'config.json: /linux/resources/rdma/mlx5_99: write "mlx5_99 hca_handle=3" to ' '.linux.resources.rdma = {mlx5_99: {hcaHandles: 3}}'
}

@test "a controller that this host does not have is refused by name" {
    refused "$(v1_or_v2 'config.json: /linux/resources/network/classID: this host has no net_cls controller' \
        'config.json: /linux/resources/network/classID: cgroup v2 has nothing like it')" '.linux.resources.network.classID = 1048577'
}

@test "unified: files of v2 by name" {
    if pure_v2; then
        made '.linux.resources.unified = {"memory.high": "33554432", "cgroup.max.depth": "3"}'
        holds memory memory.high 33554432
        holds memory cgroup.max.depth 3
        refused 'config.json: /linux/resources/unified/memory.moon: open /sys/fs/cgroup/' '.linux.resources.unified = {"memory.moon": "1"}'
    else
        refused 'config.json: /linux/resources/unified/memory.high: this host has no memory controller in cgroup v2' \
            '.linux.resources.unified = {"memory.high": "33554432"}'
        [ -e /sys/fs/cgroup/unified/cgroup.procs ] || skip "no v2 beside v1 here"
        made '.linux.resources.unified = {"cgroup.max.depth": "3"}'
        [ "$(cat /sys/fs/cgroup/unified/davit-web/cgroup.max.depth)" = 3 ]
    fi
    refused 'config.json: /linux/resources/unified/..~1cgroup.procs: "../cgroup.procs" is no name of a file in a group' \
        '.linux.resources.unified = {"../cgroup.procs": "0"}'
}

@test "devices: nothing but the usual ones and those that are allowed, as far as they are" {
    fuse='.linux.devices = [{path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 438}]'
    try='for way in "<" "<>" ">"; do eval "true $way /dev/fuse" && echo "$way"; done; true < /dev/null > /dev/zero'
    bundle "$(script "$try")" "$fuse" '.linux.resources.devices = [{allow: false, access: "rwm"}]'
    run -0 runtime run b/
    [ "$(grep -c "/dev/fuse: Operation not permitted" <<<"$output")" = 3 ]
    bundle '.linux.resources.devices += [{allow: true, type: "c", major: 10, minor: 229, access: "r"}]'
    run -0 runtime run b/
    [ "$(grep -c "/dev/fuse: Operation not permitted" <<<"$output")" = 2 ]
    [ "${lines[0]}" = "<" ]
    bundle '.linux.resources.devices[1].access = "rw"'
    run -0 runtime run b/
    [ "$output" = $'<\n<>\n>' ]
    bundle '.linux.resources.devices = [{allow: true, access: "rwm"}, {allow: false, type: "c", major: 10, access: "w"}]'
    run -0 runtime run b/
    [ "${lines[0]}" = "<" ]
    [ "$(grep -c "/dev/fuse: Operation not permitted" <<<"$output")" = 2 ]
}

@test "cgroup namespace: the program's groups are the roots, which it may fill where they are writable" {
    bundle "$(script "cat /proc/self/cgroup; grep cgroup /proc/self/mountinfo | cut -d' ' -f4 | sort -u
                      cd $(cgroup_of pids) && mkdir below && echo 0 > below/cgroup.procs && cat below/cgroup.procs")" \
        '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)'
    run -0 runtime run b/
    [ -z "$(sed -n '/:/{/:\/$/!p}' <<<"$output")" ]
    [[ $output = *$'\n/\n1' ]]
}

mapped='.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
writable='.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)'
mapped_up() { # FILTER...: a container whose root is user 100000 of the host
    bundle "$mapped" "$@"
    chown -R 100000:100000 b/rootfs
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
}
v2_group() { # the container's, where this host has v2
    local folder
    folder=/sys/fs/cgroup$(v1_or_v2 /unified '')
    [ -e "$folder/cgroup.procs" ] || skip "no v2 here"
    echo "$folder/davit-web"
}

@test "delegation: the v2 group is the user's that is root inside, who divides it; nothing else of it is" {
    group=$(v2_group)
    inside=/sys/fs/cgroup$(v1_or_v2 /unified '')
    mapped_up "$(script "cd $inside && mkdir below && echo 0 > below/cgroup.procs && cat below/cgroup.procs && echo moved; exec sleep 60")" "$writable"
    until grep -q -e moved -e denied out; do sleep 0.02; done
    grep -qx moved out
    [ "$(stat -c %u "$group")" = 100000 ]
    for file in "$group"/*; do
        [ -d "$file" ] || echo "$(stat -c %u "$file") ${file##*/}"
    done | sed -n 's/^100000 //p' | sort > given
    for name in $(cat /sys/kernel/cgroup/delegate 2>/dev/null || echo cgroup.procs cgroup.threads cgroup.subtree_control); do
        [ ! -e "$group/$name" ] || echo "$name"
    done | sort | diff given -
    grep -qx cgroup.procs given
    pure_v2 || [ "$(stat -c %u /sys/fs/cgroup/pids/davit-web)" = 0 ]
    runtime delete --force web
    [ ! -e "$group" ]
}

@test "delegation: controllers that are passed down limit what is below, and its own limits stay the host's" {
    pure_v2 || skip "controllers are v2's on pure v2 only"
    mapped_up "$(script 'cd /sys/fs/cgroup && mkdir init below && echo 0 > init/cgroup.procs && echo +pids > cgroup.subtree_control &&
                       echo 7 > below/pids.max && cat below/pids.max; echo 9 > pids.max; exec sleep 60')" "$writable"
    until grep -q -e 'pids.max: Permission denied' out; do sleep 0.02; done
    grep -qx 7 out
}

@test "delegation: not where the mount is read-only, nor without a cgroup namespace of its own; a plain user gets it too" {
    group=$(v2_group)
    mapped_up '.process.args = ["sleep", "60"]'
    [ "$(stat -c %u "$group")" = 0 ]
    runtime delete --force web
    up "$writable" 'del(.linux.namespaces[] | select(.type == "cgroup"))'
    [ "$(stat -c %u "$group")" = 0 ]
    runtime delete --force web
    rm -rf b
    up '.process.user = {uid: 1000, gid: 1000}' "$writable"
    [ "$(stat -c %u "$group/cgroup.procs")" = 1000 ]
    [ "$(stat -c %u "$group/cgroup.events")" = 0 ]
}

@test "without a cgroup namespace the program sees its own groups all the same, read-only" {
    bundle "$(script "cat /proc/self/cgroup $(cgroup_of pids)/pids.max; mkdir $(cgroup_of pids)/below")" \
        'del(.linux.namespaces[] | select(.type == "cgroup"))' '.linux.resources.pids.limit = 77' '.linux.cgroupsPath = "/test-seen"'
    run -1 runtime run b/
    says "$(v1_or_v2 :pids: 0::)/test-seen"
    says $'\n77\n'
    says "Read-only file system"
}

@test "a path that is relative is below the caller's own group, on v2 beside it" {
    own=$(cgroup_of pids test-own)
    mkdir -p "$own/shell"
    bundle '.process.args = ["true"]' '.linux.resources.pids.limit = 7' '.linux.cgroupsPath = "test-web"'
    sh -c "echo 0 > $own/shell/cgroup.procs && exec runtime create -b b web" 3>&-
    [ "$(cat "$own$(v1_or_v2 /shell '')/test-web/pids.max")" = 7 ]
    runtime delete web
    find "$own" -depth -type d -exec rmdir {} +
}

@test "below a group that holds processes v2 has no limits, which is told; a container without any runs" {
    pure_v2 || skip "v1 has no such rule"
    mkdir /sys/fs/cgroup/test-busy
    sleep 60 3>&- &
    echo $! > /sys/fs/cgroup/test-busy/cgroup.procs
    bundle '.process.args = ["true"]' '.linux.cgroupsPath = "/test-busy/web"' 'del(.linux.resources.memory, .linux.resources.pids)'
    run -0 runtime run b/
    bundle '.linux.resources.memory.limit = 33554432'
    run -125 runtime run -b b web
    [ "${lines[0]}" = "runtime: run web: make control groups: config.json: /linux/resources/memory/limit: open /sys/fs/cgroup/test-busy/web/memory.max: no such file or directory (ENOENT)" ]
    [ "${lines[1]}" = "hint: this kernel has no such limit, or a group above passes none on" ]
    kill $!; wait $! || true
}

@test "a group that engines have made beforehand is taken, with what they have set" {
    bundle '.process.args = ["true"]' '.linux.cgroupsPath = "/test-taken"' '.linux.resources.memory.limit = 67108864'
    mkdir "$(cgroup_of pids test-taken)"
    if pure_v2; then echo +pids > /sys/fs/cgroup/cgroup.subtree_control; fi
    echo 33 > "$(cgroup_of pids test-taken)/pids.max"
    runtime create -b b web 3>&-
    [ "$(cat "$(cgroup_of pids test-taken)/pids.max")" = 33 ]
    [ "$(cat "$(cgroup_of memory test-taken)/$(v1_or_v2 memory.limit_in_bytes memory.max)")" = 67108864 ]
}

@test "a memory limit that no program fits in is told of" {
    ! pure_v2 || skip "there it depends on the kernel whether init can be made at all"
    bundle '.linux.resources.memory.limit = 4096'
    run -125 runtime run -b b web
    says 'runtime: run web: init: init was killed by SIGKILL'
    says 'hint: perhaps its memory limit is too small for any program'
}
