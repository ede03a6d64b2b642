# podman with our runtime: what a container may have and what it sees, each scenario with runc as well.

load engine_helpers
load podman_helpers

limit() { # CONTROLLER FILE-OF-V1 FILE-OF-V2
    limit_of "$(field .State.Pid)" "$@"
}
shows_limits() {
    limit memory memory.limit_in_bytes memory.max
    limit memory memory.soft_limit_in_bytes memory.low
    limit cpu cpu.cfs_quota_us cpu.max
    limit cpu cpu.shares cpu.weight
    limit cpuset cpuset.cpus cpuset.cpus
    limit pids pids.max pids.max
}
is_limited() {
    up --memory 64m --memory-reservation 32m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50
    shows_limits
    podman update --memory 128m --cpus 0.25 --cpu-shares 256 --cpuset-cpus 0-1 c > /dev/null; echo $?
    shows_limits
    away
}
@test "limits, update" {
    [ "$(nproc)" -gt 1 ] || skip 'one CPU only'
    agree is_limited < <(v1_or_v2 $'67108864\n33554432\n50000\n512\n0\n50\n0\n134217728\n33554432\n25000\n256\n0-1\n50' \
        $'67108864\n33554432\n50000 100000\n20\n0\n50\n0\n134217728\n33554432\n25000 100000\n10\n0-1\n50')
}

out_of_memory() {
    launch --memory 16m --memory-swap 16m busybox sh -c 'tail /dev/zero; echo $?; sleep 0.5; exec tail /dev/zero'
    podman wait c
    podman logs c
    away
}
@test "what the kernel kills for memory" {
    agree out_of_memory <<'END'
137
137
END
}

no_more_processes() {
    once --pids-limit 4 busybox sh -c 'for n in 1 2 3 4 5 6; do sleep 1 & done' 2>&1 | grep -o "can't fork.*"
    once --ulimit nofile=123:456 --ulimit core=0 --ulimit nproc=100:200 busybox sh -c 'ulimit -n; ulimit -Hn; ulimit -c'
}
@test "limits of processes and files" {
    agree no_more_processes <<'END'
can't fork: Resource temporarily unavailable
123
456
0
END
}

looks() { # [OPTION...]
    once --hostname inside "$@" busybox sh -c "$looks_around" | plain_view
}
mounts_seen() { # [OPTION...]
    once "$@" busybox cat /proc/self/mountinfo | plain_mounts
}
@test "what a container sees" {
    same looks
}
@test "what it sees with other options" {
    more_looks() {
        looks --cap-drop all --cap-add net_raw,chown --security-opt no-new-privileges --security-opt seccomp=unconfined
        looks --user app:7 --group-add 1234 --workdir /tmp --umask 077 --oom-score-adj 500 --env A=b
        looks --read-only --tmpfs /run --pid host --ipc host --uts host --hostname ''
        looks --cgroupns host --device /dev/fuse:/dev/f:r
        looks --network host --sysctl kernel.shmmax=12345678
    }
    same more_looks
}
@test "what a privileged container sees" {
    privileged() { looks --privileged; mounts_seen --privileged; }
    same privileged
}
@test "what a container of a user namespace sees" {
    mapped() {
        looks --uidmap 0:100000:5000 --gidmap 0:200000:5000
        once --uidmap 0:100000:5000 --gidmap 0:200000:5000 busybox cat /proc/self/uid_map /proc/self/gid_map
        mounts_seen --uidmap 0:100000:5000 --gidmap 0:200000:5000
    }
    same mapped
}
@test "its mounts" {
    mkdir -p "$BATS_FILE_TMPDIR/volume/sub"
    volume=$BATS_FILE_TMPDIR/volume
    mounting() {
        mounts_seen
        mounts_seen -v "$volume:/a" -v "$volume:/b:ro,nosuid,nodev,noexec" -v "$volume:/c:rslave" -v named:/d \
            --mount "type=bind,src=$volume,dst=/e,ro,bind-propagation=rprivate" --mount type=tmpfs,dst=/f,tmpfs-size=1m,tmpfs-mode=750 \
            --tmpfs /g:rw,noexec,size=2m --shm-size 3m --security-opt unmask=ALL
        mounts_seen --read-only --security-opt mask=/etc/passwd:/tmp
        podman volume rm -f named
    }
    same mounting
}

devices() {
    once --device /dev/fuse busybox sh -c 'ls -l /dev/fuse | cut -c1-10; : < /dev/fuse && echo opened'
    once --device /dev/fuse:/dev/f:r busybox sh -c ': < /dev/f && echo read; sh -c ": > /dev/f" 2>&1'
    once --cap-add mknod busybox sh -c 'mknod /tmp/full c 1 7 && : < /tmp/full && echo opened; mknod /tmp/loop b 7 0 && : < /tmp/loop' 2>&1
    once --device-cgroup-rule 'b 7:* rmw' --cap-add mknod busybox sh -c 'mknod /tmp/loop b 7 0 && : < /tmp/loop && echo opened'
}
@test "devices" {
    agree devices <<'END'
crw-rw-rw-
opened
read
sh: can't create /dev/f: Operation not permitted
opened
sh: can't open /tmp/loop: Operation not permitted
opened
END
}

seccomp() {
    echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]}' > profile.json
    once --security-opt seccomp=profile.json busybox mkdir /tmp/x 2>&1
    once busybox unshare -m true 2>&1
    once --security-opt seccomp=unconfined --cap-add sys_admin busybox unshare -m echo unshared
}
@test "seccomp" {
    agree seccomp <<'END'
mkdir: can't create directory '/tmp/x': Function not implemented
unshare: unshare(0x20000): Operation not permitted
unshared
END
}

notifies() {
    NOTIFY_SOCKET=$PWD/notify launch --sdnotify=container busybox sh -c 'echo up; ls -l $NOTIFY_SOCKET | cut -c1'
    podman wait c; podman logs c
    away
}
@test "sd_notify" {
    agree notifies <<'END'
0
up
s
END
}

# What the container may not have, exec does not give: with runc --privileged gives all capabilities.
@test "exec --privileged gives no more than the container has" {
    runtime=$(command -v runtime)
    up
    bounding=$(podman exec c sh -c 'sed -n "s/^CapBnd:.//p" /proc/self/status')
    [ "$(podman exec --privileged c sh -c 'sed -n "s/^CapEff:.//p" /proc/self/status')" = "$bounding" ]
    away
}
