# containerd and its own shim with our runtime: `ctr run --runc-binary`, each scenario with runc as well.

load engine_helpers
load containerd_helpers

setup_file() {
    make_image
    start_containerd
    tar -C img -cf img.tar .
    ctr image import --base-name busybox img.tar > /dev/null
}
teardown_file() {
    cd "$BATS_FILE_TMPDIR" && stop_containerd TERM
}
teardown() {
    left=$(ctr container ls -q)
    for name in $left; do
        ctr task kill -s KILL "$name" || true
        soon ctr task rm "$name" || true
        ctr container rm "$name"
    done
    [ -z "$left" ]
    soon no_containerd_shim
    [ -z "$(ls -A "$BATS_FILE_TMPDIR/runtime" 2>/dev/null)" ]
    [ -z "$(find /sys/fs/cgroup -type d -path '*/default/*')" ]
    nothing_is_left
}
start() { # OPTION... IMAGE ID COMMAND...
    ctr run --runc-binary "$runtime" --runc-root "$BATS_FILE_TMPDIR/runtime" "$@"
}
# The container `c`, in the background; its output is in ./log.
up() { # [OPTION...]
    launch "$@" busybox:v1 c idle
}
launch() { # [OPTION...] IMAGE ID COMMAND...
    rm -f log
    start -d --log-uri "file://$PWD/log" "$@"
    soon says up
}
says() { grep -qsx "$1" log; }
status() { ctr task ls | awk '$1 == "c" { print $3 }'; }
is() { [ "$(status)" = "$1" ]; }
away() {
    ctr task kill -s KILL c
    soon is STOPPED
    ctr task rm c 2> /dev/null
    ctr container rm c
}
pid_of() { ctr task ls | awk '$1 == "c" { print $2 }'; }

ends() {
    start --rm busybox:v1 c sh -c 'echo out; echo err >&2; exit 7' 2> err; echo $?; grep -x err err
    # ctr does not see an end of its input that comes before the task is made.
    { soon is RUNNING; head -c 300000 /dev/zero; } | start --rm busybox:v1 c wc -c; echo $?
    start --rm --env A=b --cwd /tmp busybox:v1 c sh -c 'echo $A; pwd; sleep 1000 & kill -9 $!; wait $!; exit $?'; echo $?
    for program in nothere /nothere /tmp /etc/passwd; do
        start --rm busybox:v1 c $program 2>&1 | reason
    done
    ctr container ls -q
}
@test "run: what it ends with" {
    agree ends <<'END'
out
7
err
300000
0
b
/tmp
137
not found in PATH
no such file
permission denied
permission denied
END
}

sees_terminal() {
    export -f ctr start
    export runtime
    at_terminal 33x77 bash -c 'start --rm -t busybox:v1 c sh -c "tty; exit 5"' --; echo $?
}
@test "run: a terminal" {
    agree sees_terminal <<< $'/dev/pts/0\n5'
}

lives() {
    up --pid-file "$PWD/pid"
    [ "$(cat pid)" = "$(pid_of)" ] && status
    cat log
    ctr task ps c | wc -l
    ctr task kill -s TERM c
    soon is STOPPED
    ctr task rm c 2>&1 | grep -o 'exit code [0-9]*'
    ctr task start -d c > /dev/null
    soon is RUNNING && status
    ctr task kill c; echo $?
    soon is STOPPED
    ctr task kill c 2>&1 | grep -o 'not found'
    ctr task rm c 2> /dev/null; ctr container rm c; echo $?
}
@test "start, kill, delete, start again" {
    agree lives <<'END'
RUNNING
up
3
exit code 3
RUNNING
0
not found
0
END
}

executes() {
    up --env A=container
    ctr task exec --exec-id 1 c sh -c 'echo "$A $FROM $(id -u) $(pwd)"; exit 5'; echo $?
    ctr task exec --exec-id 2 --user 1000:1000 --cwd /tmp c sh -c 'echo "$(id -u):$(id -g) $(pwd)"'
    for program in nothere /nothere /tmp /etc/passwd; do
        ctr task exec --exec-id 4 c $program 2>&1 | reason
    done
    ctr task exec -d --exec-id 5 c sleep 1000
    ctr task ps c | wc -l
    ctr task kill --exec-id 5 -s KILL c; echo $?
    fewer() { [ "$(ctr task ps c | wc -l)" = 3 ]; }
    soon fewer && echo gone
    export -f ctr
    at_terminal 33x77 bash -c 'ctr task exec -t --exec-id 6 c sh -c "tty; exit 9"' -- | grep -v resize; echo "${PIPESTATUS[0]}" # ctr may come too late with that
    away
}
@test "exec" {
    agree executes <<'END'
container image 0 /
5
1000:1000 /tmp
not found in PATH
no such file
permission denied
permission denied
4
0
gone
/dev/pts/0
9
END
}

pauses() {
    up
    ctr task pause c; echo $?; status
    ctr task exec --exec-id 1 c true 2>&1 | grep -io 'cannot exec in a paused'
    ctr task resume c; echo $?; status
    ctr task exec --exec-id 1 c echo moves
    ctr task pause c && away; echo $?
}
@test "pause, resume" {
    agree pauses <<'END'
0
PAUSED
cannot exec in a paused
0
RUNNING
moves
0
END
}

counts() {
    up --memory-limit 67108864 --cpus 0.5 --cpu-shares 512
    limit_of "$(pid_of)" memory memory.limit_in_bytes memory.max
    limit_of "$(pid_of)" cpu cpu.cfs_quota_us cpu.max
    limit_of "$(pid_of)" cpu cpu.shares cpu.weight
    ctr task metrics --format json c | jq -c "$(v1_or_v2 '[.pids.current, .memory.usage.limit, (.cpu.usage.total > 0)]' \
        '[.pids.current, .memory.usage_limit, (.cpu.usage_usec > 0)]')"
    away
}
@test "limits, metrics" {
    agree counts < <(v1_or_v2 $'67108864\n50000\n512\n[2,67108864,true]' $'67108864\n50000 100000\n20\n[2,67108864,true]')
}

tells() {
    timeout 60 ctr -a "$BATS_FILE_TMPDIR/containerd.sock" events > events 3>&- &
    local listener=$!
    soon listening
    up
    ctr task exec --exec-id e c true
    ctr task pause c; ctr task resume c
    away
    start --rm --memory-limit 16777216 busybox:v1 c sh -c 'tail /dev/zero; echo $?; sleep 0.3' 2> /dev/null
    twice_deleted() { [ "$(grep -c /tasks/delete events)" = 2 ]; }
    soon twice_deleted
    kill $listener && wait $listener
    grep -o '/tasks/[a-z-]*' events | paste -sd ' '
}
listening() { # what is made is told
    ctr image label busybox:v1 "a=$RANDOM" > /dev/null
    [ -s events ]
}
@test "events, out of memory" {
    agree tells <<'END'
137
/tasks/create /tasks/start /tasks/exec-added /tasks/exec-started /tasks/exit /tasks/paused /tasks/resumed /tasks/exit /tasks/delete /tasks/create /tasks/start /tasks/oom /tasks/exit /tasks/delete
END
}

looks() { # [OPTION...]
    start --rm "$@" busybox:v1 c sh -c "$looks_around" | plain_view
    start --rm "$@" busybox:v1 c cat /proc/self/mountinfo | plain_mounts
}
@test "what a container sees" {
    mkdir volume
    all_looks() {
        looks
        looks --seccomp --read-only --cap-add CAP_SYS_ADMIN --cap-drop CAP_CHOWN --allow-new-privs --net-host
        looks --privileged
        looks --mount "type=bind,src=$PWD/volume,dst=/v,options=rbind:ro" --rootfs-propagation rslave --no-pivot
        looks --with-ns network:/proc/1/ns/net --with-ns ipc:/proc/1/ns/ipc
    }
    same all_looks
}

mapped() {
    start --rm --uidmap 0:100000:5000 --gidmap 0:200000:5000 --remap-labels=false busybox:v1 c sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map' 2>&1
}
@test "a user namespace" {
    agree mapped <<'END'
0
         0     100000       5000
         0     200000       5000
END
}

outlives() {
    up
    (cd "$BATS_FILE_TMPDIR" && stop_containerd KILL && start_containerd)
    status
    ctr task exec --exec-id 1 c echo still there
    (cd "$BATS_FILE_TMPDIR" && stop_containerd KILL)
    kill "$(pgrep -P "$(pgrep -x containerd-shim)")" # the container's first process
    (cd "$BATS_FILE_TMPDIR" && start_containerd)
    soon is STOPPED; status
    ctr task rm c 2> /dev/null; ctr container rm c; echo $?
}
@test "a container outlives containerd" {
    agree outlives <<'END'
RUNNING
still there
STOPPED
0
END
}

# Then containerd has what the shim was called for delete the container: `delete --force`.
shimless() {
    up
    local pid
    pid=$(pid_of)
    kill -KILL "$(pgrep -x containerd-shim)"
    soon gone "$pid" && echo gone
    soon is ''
    ctr container rm c; echo $?
}
@test "a shim that is killed takes the container with it" {
    agree shimless <<'END'
gone
0
END
}

@test "ours is who runs it" {
    runtime=$(command -v runtime)
    up
    [ "$(runtime --root "$BATS_FILE_TMPDIR/runtime/default" list -q)" = c ]
    away
}
