# dockerd with our runtime (`--add-runtime`), over a containerd of its own; each scenario with runc as well.

load engine_helpers
load containerd_helpers

setup_file() {
    make_image
    start_containerd
    start_dockerd
    skopeo copy -q oci:img:v1 docker-archive:img.docker:busybox:v1
    docker load -qi img.docker > /dev/null
}
teardown_file() {
    cd "$BATS_FILE_TMPDIR" && stop_server dockerd.pid TERM && stop_containerd TERM && unmount_all
}
teardown() {
    left=$(docker ps -aq)
    [ -z "$left" ] || docker rm -f $left
    [ -z "$left" ]
    soon no_containerd_shim
    [ -z "$(find "$BATS_FILE_TMPDIR/exec" -mindepth 3 -path '*/moby/*')" ]
    [ -z "$(find /sys/fs/cgroup -type d -path '*/docker/*')" ]
    nothing_is_left
}

start_dockerd() { # in the file's folder
    echo '{}' > dockerd.json
    mkdir -p bin
    PATH=$PWD/bin:$PATH dockerd --config-file dockerd.json --data-root "$PWD/docker" --exec-root "$PWD/exec" --pidfile "$PWD/dockerd.pid.own" \
        -H "unix://$PWD/docker.sock" --containerd "$PWD/containerd.sock" --live-restore --storage-driver overlay2 \
        --bridge none --iptables=false --ip6tables=false --ip-masq=false --exec-opt native.cgroupdriver=cgroupfs \
        --add-runtime "runtime=$(command -v runtime)" >> dockerd.log 2>&1 3>&- &
    echo $! > dockerd.pid
    disown $!
    soon docker version > /dev/null 2>&1
}
docker() { # Debian's
    timeout --foreground -k 5 60 /usr/bin/docker -H "unix://$BATS_FILE_TMPDIR/docker.sock" "$@"
}
once() { # [OPTION...] IMAGE COMMAND...
    docker run --runtime "${runtime##*/}" --rm --network none "$@"
}
# The container `web`, in the background.
launch() { # [OPTION...] IMAGE COMMAND...
    docker run --runtime "${runtime##*/}" -d --name web --network none "$@" > /dev/null
}
up() { # [OPTION...]
    launch "$@" busybox:v1 idle
    soon says up
}
says() { docker logs web 2>/dev/null | grep -qx "$1"; }
field() { docker inspect web | jq -rc ".[0]$1"; }
is() { [ "$(field .State.Status)" = "$1" ]; }
away() { docker rm -f web > /dev/null; }

ends() {
    once busybox:v1 sh -c 'echo out; echo err >&2; exit 7' 2> err; echo $?; grep -x err err
    for program in nothere /nothere /tmp /etc/passwd; do
        once busybox:v1 $program 2>&1 | reason; echo "${PIPESTATUS[0]}"
    done
    head -c 300000 /dev/zero | once -i busybox:v1 wc -c
    once -w /made/by/docker -u app -e A=b busybox:v1 sh -c 'pwd; id -u; echo $A'
    docker ps -aq
}
@test "run: what it ends with" {
    agree ends <<'END'
out
7
err
not found in PATH
127
no such file
127
permission denied
126
permission denied
126
300000
/made/by/docker
1000
b
END
}

sees_terminal() {
    export -f docker once
    export runtime
    at_terminal 33x77 bash -c 'once -it busybox:v1 sh -c "tty; exit 5"' --; echo $?
}
@test "run: a terminal" {
    agree sees_terminal <<< $'/dev/pts/0\n5'
}

executes() {
    up -e A=container --user app
    docker exec web sh -c 'echo "$A $FROM $(id -u):$(id -g) $(pwd)"; exit 5'; echo $?
    docker exec -e B=b -u root -w /tmp web sh -c 'echo "$B $(id -u) $(pwd)"'
    head -c 300000 /dev/zero | docker exec -i web wc -c
    for program in nothere /nothere /tmp /etc/passwd; do
        docker exec web $program 2>&1 | reason; echo "${PIPESTATUS[0]}"
    done
    docker exec -t web sh -c 'tty; exit 9'; echo $?
    docker exec -d web sh -c 'echo detached > /tmp/it'
    soon docker exec web test -s /tmp/it && docker exec web cat /tmp/it
    docker exec web sh -c 'grep -E "^(Cap(Bnd|Eff)|NoNewPrivs):" /proc/self/status'
    away
}
@test "exec" {
    agree executes <<'END'
container image 1000:1000 /
5
b 0 /tmp
300000
not found in PATH
126
no such file
126
permission denied
126
permission denied
126
/dev/pts/0
9
detached
CapEff:	0000000000000000
CapBnd:	00000000a80425fb
NoNewPrivs:	0
END
}

stops() {
    up
    docker stop -t 10 web > /dev/null; field '.State | [.Status, .ExitCode]'
    docker start web > /dev/null; field .State.Status
    docker restart -t 10 web > /dev/null; field .State.Status
    docker kill web > /dev/null; docker wait web
    docker kill web 2>&1 | grep -o 'is not running'
    docker rm web
    launch busybox:v1 sh -c 'trap "" TERM; trap "echo heard" HUP; echo up; while :; do sleep 0.05; done'
    soon says up
    docker kill -s HUP web > /dev/null; soon says heard
    docker rm web > /dev/null 2>&1; echo $?
    docker stop -t 1 web > /dev/null; field .State.ExitCode
    docker rm web
    launch --restart on-failure:2 busybox:v1 sh -c 'exit 4'
    twice() { [ "$(field .RestartCount)" = 2 ]; }
    soon twice && soon is exited && field .State.ExitCode
    away
}
@test "stop, kill, restart, rm" {
    agree stops <<'END'
["exited",3]
running
running
137
is not running
web
1
137
web
4
END
}

pauses() {
    up
    docker pause web > /dev/null; field .State.Status
    docker exec web true 2>&1 | grep -o 'is paused'
    docker unpause web > /dev/null; field .State.Status
    docker exec web echo moves
    docker pause web > /dev/null; docker kill web 2>&1; docker wait web
    docker rm web
}
@test "pause, unpause" {
    agree pauses <<'END'
paused
is paused
running
moves
web
137
web
END
}

shows_limits() {
    local pid
    pid=$(field .State.Pid)
    limit_of "$pid" memory memory.limit_in_bytes memory.max
    limit_of "$pid" cpu cpu.cfs_quota_us cpu.max
    limit_of "$pid" cpu cpu.shares cpu.weight
    limit_of "$pid" cpuset cpuset.cpus cpuset.cpus
    limit_of "$pid" pids pids.max pids.max
}
is_limited() {
    up --memory 64m --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0 --pids-limit 50
    shows_limits
    docker stats --no-stream --format '{{.PIDs}} {{.MemUsage}}' web | sed 's|[0-9.]*[KM]iB / |/ |'
    docker top web -o pid,args | wc -l
    docker update --memory 128m --memory-swap 256m --cpus 0.25 --cpu-shares 256 --cpuset-cpus 0-1 --pids-limit 60 web
    shows_limits
    away
}
@test "limits, update, stats, top" {
    [ "$(nproc)" -gt 1 ] || skip 'one CPU only'
    agree is_limited < <(v1_or_v2 \
        $'67108864\n50000\n512\n0\n50\n2 / 64MiB\n3\nweb\n134217728\n25000\n256\n0-1\n60' \
        $'67108864\n50000 100000\n20\n0\n50\n2 / 64MiB\n3\nweb\n134217728\n25000 100000\n10\n0-1\n60')
}

out_of_memory() {
    launch --memory 16m --memory-swap 16m busybox:v1 tail /dev/zero
    docker wait web
    field .State.OOMKilled
    docker rm web
}
@test "out of memory" {
    agree out_of_memory <<'END'
137
true
web
END
}

healthy() {
    up --health-cmd 'test -e /tmp/well' --health-interval 100ms --health-retries 1
    health() { [ "$(field .State.Health.Status)" = "$1" ]; }
    soon health unhealthy && echo ill
    docker exec web touch /tmp/well
    soon health healthy && echo well
    away
}
@test "healthcheck" {
    agree healthy <<'END'
ill
well
END
}

under_init() {
    once --init busybox:v1 sh -c 'cat /proc/1/comm; exit 8'; echo $?
    up --init
    docker stop -t 10 web > /dev/null; field .State.ExitCode
    docker rm web
}
@test "--init" {
    ldd /usr/bin/docker-init > /dev/null 2>&1 && skip 'docker-init needs libraries that the image has not'
    agree under_init <<'END'
docker-init
8
3
web
END
}

copies() {
    up -v "$PWD:/host:ro" --tmpfs /t
    echo from host > in
    docker cp in web:/tmp/in > /dev/null; docker exec web cat /tmp/in /host/in
    docker cp web:/etc/passwd out > /dev/null && head -n 1 out
    docker diff web | grep in$
    docker commit web made > /dev/null
    once made sh -c 'echo $FROM; cat /tmp/in'
    docker rmi made > /dev/null
    docker export web | tar -t | grep -x etc/passwd
    away
}
@test "cp, diff, commit, export" {
    agree copies <<'END'
from host
from host
root:x:0:0::/root:/bin/sh
A /tmp/in
image
from host
etc/passwd
END
}

looks() { # [OPTION...]
    once --hostname inside "$@" busybox:v1 sh -c "$looks_around" | plain_view
    once "$@" busybox:v1 cat /proc/self/mountinfo | plain_mounts
}
@test "what a container sees" {
    mkdir volume
    all_looks() {
        looks
        looks --read-only --cap-add sys_admin --cap-drop chown --security-opt no-new-privileges --group-add 7 --user app
        looks -v "$PWD/volume:/v:ro" --tmpfs /t:size=1m --shm-size 2m --device /dev/fuse:/dev/f:r
        looks --pid host --ipc host --security-opt seccomp=unconfined --oom-score-adj 500 --ulimit nofile=100:200
        looks --cgroupns host --sysctl kernel.shmmax=12345678 --cgroup-parent /docker/other
    }
    same all_looks
}
# runc wants all that dockerd lists; ours leaves out what cannot be had, as it does for podman.
@test "what a privileged container sees" {
    runtime=runtime
    once --privileged busybox:v1 test -e /dev/kmsg
    grep -q "^CapBnd:.*$(printf '%x' $(((1 << $(< /proc/sys/kernel/cap_last_cap) + 1) - 1)))$" /proc/self/status ||
        skip 'runc needs capabilities that this machine has not'
    privileged() { looks --privileged; }
    same privileged
}

joins() {
    up --ipc shareable
    for kind in network ipc pid; do
        inside=$(docker run --runtime "${runtime##*/}" --rm --$kind container:web busybox:v1 readlink "/proc/self/ns/${kind/network/net}" 2>&1)
        [ "$inside" = "$(readlink "/proc/$(field .State.Pid)/ns/${kind/network/net}")" ] && echo "$kind" || echo "$inside"
    done
    away
}
@test "--network, --ipc, --pid container:" {
    agree joins <<'END'
network
ipc
pid
END
}

outlives() {
    up
    (cd "$BATS_FILE_TMPDIR" && stop_server dockerd.pid KILL && start_dockerd)
    docker exec web echo still there
    (cd "$BATS_FILE_TMPDIR" && stop_server dockerd.pid KILL)
    kill "$(pgrep -P "$(pgrep -x containerd-shim)")" # the container's first process
    (cd "$BATS_FILE_TMPDIR" && start_dockerd)
    soon is exited && field .State.ExitCode
    docker rm web
}
@test "a container outlives dockerd" {
    agree outlives <<'END'
still there
3
web
END
}

# BuildKit in dockerd has "runc" of its PATH run in the foreground: `run --bundle … --keep`.
builds() {
    ln -sfn "$runtime" "$BATS_FILE_TMPDIR/bin/runc"
    mkdir -p context
    printf 'FROM busybox:v1\nRUN echo built > /it; id -u; readlink /proc/1/exe; exit %s\nUSER app\nWORKDIR /work\nRUN id -u; pwd\n' 0 > context/Dockerfile
    DOCKER_BUILDKIT=1 docker build -q --no-cache --network none -t made context | sed 's/:.*//'
    once made sh -c 'cat /it; id -u; pwd'
    sed -i 's/exit 0/exit 9/' context/Dockerfile
    DOCKER_BUILDKIT=1 docker build --no-cache --network none context 2>&1 | grep -o 'exit code: 9' | head -n 1
    docker rmi made > /dev/null
}
@test "build" {
    agree builds <<'END'
sha256
built
1000
/work
exit code: 9
END
}

@test "ours is who runs it" {
    runtime=runtime
    up
    [ "$(runtime --root "$BATS_FILE_TMPDIR/exec/runtime-runc/moby" list -q)" = "$(field .Id)" ]
    away
}
