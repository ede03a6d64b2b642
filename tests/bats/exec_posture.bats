# A program that joins a container has what the container's own has, and never more.

load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

init() {
    runtime state web | jq .pid
}
users='.linux.namespaces += [{type: "user"}] | .linux.gidMappings = .linux.uidMappings'
users=".linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | $users"
posture='^(Uid|Gid|Groups|Cap|NoNew|Seccomp|Sig(Ign|Blk))'

same_as_init() { # what the kernel says of both, from outside
    runtime exec -d --pid-file pid web sleep 50 < /dev/null > /dev/null 2>&1 3>&-
    diff <(grep -E "$posture" "/proc/$(init)/status") <(grep -E "$posture" "/proc/$(cat pid)/status")
    diff "/proc/$(init)/cgroup" "/proc/$(cat pid)/cgroup"
    diff <(readlink "/proc/$(init)/ns/"*) <(readlink "/proc/$(cat pid)/ns/"*)
    diff "/proc/$(init)/limits" "/proc/$(cat pid)/limits"
    diff "/proc/$(init)/oom_score_adj" "/proc/$(cat pid)/oom_score_adj"
    [ "$(stat -Lc %i "/proc/$(init)/root")" = "$(stat -Lc %i "/proc/$(cat pid)/root")" ]
}

@test "ids, capabilities, limits, groups, namespaces and filter are those of the container's program" {
    up '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}' \
        '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 99, hard: 100}]' '.process.oomScoreAdj = 500' \
        '.linux.resources.memory.limit = 67108864' '.process.user = {uid: 5, gid: 6, additionalGids: [7]}'
    same_as_init
    grep -q '^NoNewPrivs:.1' "/proc/$(cat pid)/status"
    grep -q '^Seccomp:.2' "/proc/$(cat pid)/status"
    run -1 runtime exec web mkdir /tmp/new
    says 'Operation not permitted'
}

@test "the same without no_new_privs, where the filter needs a privilege to be loaded" {
    up '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}]}' \
        '.process.noNewPrivileges = false' '.process.user = {uid: 5, gid: 6}'
    same_as_init
    grep -q '^NoNewPrivs:.0' "/proc/$(cat pid)/status"
    run -0 runtime exec --no-new-privs web grep NoNewPrivs /proc/self/status
    [ "$output" = $'NoNewPrivs:\t1' ]
}

@test "the same with users of its own" {
    bundle . && chown -R 100000:100000 b/rootfs
    up "$users" '.process.user = {uid: 5, gid: 6}'
    same_as_init
    run -0 runtime exec -u 0 web sh -c 'id -u; cat /proc/self/uid_map; grep CapEff /proc/self/status; touch /dev/shm/new; stat -c %u /dev/shm/new'
    [ "${lines[0]}" = 0 ]
    [ "${lines[1]}" = '         0     100000      65536' ]
    [ "${lines[2]}" = $'CapEff:\t0000000020000420' ]
    [ "${lines[3]}" = 0 ]
    run -125 runtime exec -u 70000 web true
    says 'prepare process: user/uid: 70000 is not mapped'
    run -0 bash -c 'runtime exec -t web sh -c "tty; stat -c %u /dev/pts/0" </dev/null'
    [ "$output" = $'/dev/pts/0\r\n5\r' ]
}

@test "the same where namespaces are joined, of time, or the host's" {
    bundle . && chown -R 100000:100000 b/rootfs
    unshare --net --uts sleep 50 3>&- &
    pod=$!
    until [ "$(readlink /proc/$pod/ns/uts)" != "$(readlink /proc/self/ns/uts)" ]; do sleep 0.02; done
    up '(.linux.namespaces[] | select(.type == "network")).path = "/proc/'$pod'/ns/net"' \
        '.mounts |= map(select(.type != "sysfs"))' \
        '.linux.namespaces += [{type: "time"}]' '.linux.timeOffsets.boottime = {secs: 100000}' "$users"
    same_as_init
    up_in=$(runtime exec web cut -d. -f1 /proc/uptime)
    [ $((up_in - $(cut -d. -f1 /proc/uptime))) -ge 99990 ]
    kill $pod
    runtime delete --force web
    bundle . && chown -R 0:0 b/rootfs
    rm b/config.json
    up '.linux.namespaces |= map(select(.type == "mount"))' 'del(.hostname)'
    same_as_init
}

@test "a capability more is one of the container's; what is inheritable stays empty" {
    up '.process.capabilities = {bounding: ["CAP_KILL", "CAP_CHOWN"], permitted: ["CAP_KILL"], effective: ["CAP_KILL"]}'
    run -0 runtime exec --cap CAP_CHOWN web grep Cap /proc/self/status
    [ "$output" = $'CapInh:\t0000000000000000\nCapPrm:\t0000000000000021\nCapEff:\t0000000000000021
CapBnd:\t0000000000000021\nCapAmb:\t0000000000000000' ]
    run -125 runtime exec -c CAP_CHOWN -c CAP_SYS_ADMIN web true
    [ "$output" = 'runtime: exec web: plan: --cap: the bounding set of the container does not hold CAP_SYS_ADMIN' ]
    run -125 runtime exec -c sys_admin web true
    says '--cap: capability sys_admin is unknown here'
}

@test "--process has not more than the container, and what it leaves out is the container's" {
    up '.process.capabilities[] = ["CAP_KILL"]' '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 99, hard: 100}]'
    show='["sh", "-c", "grep -E \"Cap|NoNew\" /proc/self/status; ulimit -n"]'
    jq ".process | .args = $show | .noNewPrivileges = false | .capabilities[] = [\"CAP_KILL\", \"CAP_SYS_ADMIN\"]" \
        b/config.json > more.json
    run -0 runtime --log log exec -p more.json web
    expected=$'CapInh:\t0000000000000000\nCapPrm:\t0000000000000020\nCapEff:\t0000000000000020
CapBnd:\t0000000000000020\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\n99'
    [ "$output" = "$expected" ]
    grep -q 'capabilities that the container does not have are left out: bounding CAP_SYS_ADMIN' log
    jq ".process | .args = $show | del(.noNewPrivileges, .capabilities, .rlimits)" b/config.json > less.json
    run -0 runtime exec -p less.json web
    [ "$output" = "$expected" ]
}

@test "the config counts that create read, whatever has become of the bundle" {
    up '.process.noNewPrivileges = true'
    rm b/config.json
    run -0 runtime exec web grep NoNewPrivs /proc/self/status
    [ "$output" = $'NoNewPrivs:\t1' ]
}

@test "descriptors of the caller reach it only where they are passed on" {
    up
    run -0 bash -c 'runtime exec web ls /proc/self/fd 7</ 99</sys/fs/cgroup'
    [ "$output" = $'0\n1\n2\n3' ] # 3: the listing's own
    for fd in 3 4 5 6 7 8 9; do
        run -125 bash -c 'runtime exec --cwd /proc/self/fd/'$fd' web ls 7</ 9</'
        run -125 bash -c 'runtime exec --cwd /proc/1/fd/'$fd' web ls 7</ 9</'
    done
    echo preserved > file
    run -0 env LISTEN_FDS=1 LISTEN_FDNAMES=web bash -c 'LISTEN_PID=$$ exec runtime exec --preserve-fds 1 web \
        sh -c "echo \$LISTEN_FDS \$LISTEN_FDNAMES; [ \$LISTEN_PID = \$\$ ] && cat <&4; ls /proc/self/fd" 3</dev/null 4<file 5</'
    [ "$output" = $'1 web\npreserved\n0\n1\n2\n3\n4\n5' ] # 5: the listing's own
    run -125 runtime exec --preserve-fds 7 web true 3</dev/null
    says 'is to be passed on, and is closed'
}

@test "nothing of the caller's environment, session, keyring or signals comes along" {
    up
    run -0 env SECRET=word runtime exec web env
    run ! grep SECRET <<< "$output"
    run -0 runtime exec web cut -d' ' -f5,6 /proc/self/stat
    [ "${output#* }" != 0 ]
    run -0 bash -c 'trap "" INT HUP USR1; runtime exec web grep SigIgn /proc/self/status'
    [ "$output" = $'SigIgn:\t0000000000000000' ]
}

@test "a program that is the runtime's own file, by links of the image, gets no more than the container" {
    [ -z "${SAN-}" ] || skip "its own file is a container's program, which has no libraries for a dynamic one"
    before=$(sha256sum < "$(command -v runtime)")
    up
    ln -s /proc/self/exe b/rootfs/bin/own
    printf '#!/proc/self/exe --version\n' > b/rootfs/bin/trap
    chmod +x b/rootfs/bin/trap
    run -0 runtime exec web /proc/self/exe --version
    [ "$output" = "$(runtime --version)" ]
    run -0 runtime exec web own --version
    [ "$output" = "$(runtime --version)" ]
    run -0 runtime exec web trap
    [ "$output" = "$(runtime --version)" ]
    ln -s /../../../../../../etc/hostname b/rootfs/bin/escape
    run -127 runtime exec web /bin/escape
    ln -s loop b/rootfs/bin/loop
    run -126 runtime exec web /bin/loop
    says 'ELOOP'
    [ "$(sha256sum < "$(command -v runtime)")" = "$before" ]
}
