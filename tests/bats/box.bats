#!/usr/bin/env bats
# Whatever happens in scripts/box, the machine is afterwards as it was before.
#
# These tests run on the machine itself, and much of what they do inside would ruin it if the box were
# broken. So in_copy lets an action go only when it is proved, from inside and from outside, that it will
# hit a copy; and the bomb and the hog are bounded, for whether the limits hold cannot be proved before.

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
    # In the environment of every process of our boxes, to tell what they leave behind from others.
    mark=BOX_BATS=$BATS_TEST_NUMBER.$$.$RANDOM
    before=$(snapshot)
}

teardown() {
    [ -z "${owner-}" ] || kill -9 "$owner" 2>/dev/null || true
    rm -f "${proof-}"
    ! mountpoint -q "$BATS_TEST_TMPDIR/writable" || umount "$BATS_TEST_TMPDIR/writable"
}

snapshot() {
    echo '# mounts, with the state of their file systems'
    cut -d' ' -f3- /proc/self/mountinfo
    echo '# cgroups'
    find /sys/fs/cgroup -type d | sort
    echo '# processes'
    processes
    echo '# loop devices: on files of this directory tree, or named after this test'
    losetup -nlO NAME,BACK-MAJ:MIN,BACK-FILE | grep -e " $(stat -c %Hd:%Ld /var/tmp) " -e "$mark" || true
    echo '# files'
    find / /dev /run /var/tmp /var/lib -maxdepth 1 ! -name 'loop*' -printf '%p %m %U %G %l\n' | sort
    find /etc /usr/bin scripts tests -type f -printf '%p %s %m %T@\n' | sort
    cksum /etc/passwd /etc/hosts scripts/box
    echo '# settings'
    cat /proc/sys/fs/lease-break-time /proc/sys/kernel/hostname
}

# The processes of boxes of this test.
processes() { grep -lsxz "$mark" /proc/[0-9]*/environ || true; }

box() { timeout -k 1 60 env "$mark" scripts/box "$@"; }

is_as_before() { diff <(echo "$before") <(snapshot); }

wait_for() { # SECONDS CONDITION...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.05
    done
}

is_gone() { ! kill -0 "$1" 2>/dev/null; }

is_said() { grep -qx "$1" "$BATS_TEST_TMPDIR/output"; }

is_said_or_gone() { is_said "$1" || is_gone "$owner"; }

# Starts ACTION, text for bash, in a box: when it runs in namespaces of its own and a file that it made at /
# is not seen out here. Its input stays open, its output goes to $BATS_TEST_TMPDIR/output. Sets $owner.
start_in_copy() { # [OPTION]... ACTION
    local answer=unseen
    proof=/box.bats.$mark
    rm -f "$BATS_TEST_TMPDIR/input"
    mkfifo "$BATS_TEST_TMPDIR/input"
    exec {input}<>"$BATS_TEST_TMPDIR/input"
    : >"$BATS_TEST_TMPDIR/output"
    env --default-signal=INT "$mark" scripts/box "${@:1:$#-1}" bash -c "$act_in_copy" - "$proof" "${@: -1}" \
        "$(readlink /proc/self/ns/pid)" "$(readlink /proc/self/ns/mnt)" "$(readlink /proc/self/ns/cgroup)" \
        <"$BATS_TEST_TMPDIR/input" >"$BATS_TEST_TMPDIR/output" 3>&- {input}>&- &
    owner=$!
    wait_for 30 is_said_or_gone written
    is_said written
    [ ! -e "$proof" ] || answer=seen
    echo "$answer" >&"$input"
    [ "$answer" = unseen ]
    wait_for 5 is_said acts
}

readonly act_in_copy='
    proof=$1 action=$2
    [ "$(readlink /proc/self/ns/pid)" != "$3" ] && [ "$(readlink /proc/self/ns/mnt)" != "$4" ] &&
        [ "$(readlink /proc/self/ns/cgroup)" != "$5" ] || exit 99
    echo here >"$proof"
    echo written
    read -r -t 20 answer && [ "$answer" = unseen ] || exit 99
    echo acts
    eval "$action"'

end() { # waits for the box that was started; sets $status
    status=0
    wait_for 40 is_gone "$owner"
    wait "$owner" || status=$?
}

in_copy() { # [OPTION]... ACTION; sets $status
    start_in_copy "$@"
    end
}

# Text for bash: freezes the root cgroup, and so itself, by v1's freezer.state or v2's cgroup.freeze.
freeze_root_by() { # FILE VALUE
    echo "for at in /sys/fs/cgroup/$1 /sys/fs/cgroup/*/$1; do
        [ ! -e \$at ] || { echo freezes; sleep 0.1; echo $2 >\$at; }
    done; echo not frozen"
}

@test "box: the exit status is that of the command, or 125 for a failure of the box" {
    run box bash -c 'exit 7'
    [ "$status" = 7 ]
    run box bash -c 'kill -9 $$'
    [ "$status" = 137 ]
    run box -t soon true
    [ "$status" = 125 ]
    run box
    [ "$status" = 125 ]
    run box -m a-lot true
    [ "$status" = 125 ]
    run box --help
    [ "$status" = 0 ]
    [[ $output = Usage:* ]]
    is_as_before
}

@test "box: a hang ends at the time limit with status 124" {
    run box -t 1 bash -c 'trap "" HUP INT TERM; while :; do sleep 1; done'
    [ "$status" = 124 ]
    is_as_before
}

@test "box: INT ends it with status 130, TERM with 143" {
    start_in_copy 'sleep 1000'
    kill -INT "$owner"
    end
    [ "$status" = 130 ]
    start_in_copy 'sleep 1000'
    kill -TERM "$owner"
    end
    [ "$status" = 143 ]
    is_as_before
}

@test "box: standard input passes through, also a closed one" {
    [ "$(echo text | box cat)" = text ]
    box cat <&- # not by run, whose pipe would take the free number
    is_as_before
}

@test "box: the command has the default signals, and no descriptor but the standard ones" {
    run box bash -c 'grep SigIgn /proc/self/status; ls /proc/self/fd; ls /proc/1/fd' 3>&- 4>&-
    [ "$status" = 0 ]
    [[ $output =~ SigIgn:.([0-9a-f]*) ]]
    [ $((16#${BASH_REMATCH[1]} & 16#7fffffff)) = 0 ] # make starts its commands with 32 and 33 ignored, glibc's own
    is_as_before
}

@test "box: it says that it is one" {
    run timeout -k 1 60 env -u BOX scripts/box bash -c 'echo "$BOX"; test -e /run/box.inside'
    [ "$status" = 0 ]
    [ "$output" = 1 ]
}

@test "box: kill -9 -1" {
    in_copy 'sleep 1000 & kill -9 -1; exit 5'
    [ "$status" = 5 ]
    is_as_before
}

frozen_root() { # FILE VALUE
    in_copy -t 2 "$(freeze_root_by "$@")"
    if is_said freezes; then
        [ "$status" = 124 ]
        run is_said 'not frozen'
        [ "$status" = 1 ]
    fi
    is_as_before
}

@test "box: a root cgroup that v1 has frozen" {
    frozen_root freezer.state FROZEN
}

@test "box: a root cgroup that v2 has frozen" {
    frozen_root cgroup.freeze 1
}

@test "box: a frozen cgroup that is left behind" {
    in_copy '
        for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
            [ -e "$root/cgroup.procs" ] && mkdir "$root/left" || continue
            for file in cpuset.cpus cpuset.mems; do [ ! -e "$root/$file" ] || cat "$root/$file" >"$root/left/$file"; done
            sleep 1000 & echo $! >"$root/left/cgroup.procs"
            [ ! -e "$root/left/freezer.state" ] || echo FROZEN >"$root/left/freezer.state"
            [ ! -e "$root/left/cgroup.freeze" ] || echo 1 >"$root/left/cgroup.freeze"
        done
        exit 6'
    [ "$status" = 6 ]
    is_as_before
}

@test "box: rm -rf /" {
    in_copy -t 12 'rm -rf /etc /usr/bin/m* "$PWD/scripts"; [ ! -e /etc/passwd ] && [ ! -e scripts/box ] && echo deleted; rm -rf --no-preserve-root / 2>/dev/null; exit 0'
    is_said deleted
    [ "$status" = 0 ] || [ "$status" = 124 ]
    is_as_before
}

remount_and_unmount() { # [OPTION]...
    start_in_copy "$@" '
        for at in $(cut -d" " -f5 /proc/self/mountinfo); do mount -o remount,ro "$at"; done 2>/dev/null
        (echo >/read-only) 2>/dev/null || (echo >/tmp/read-only) 2>/dev/null || echo read-only
        read -r
        umount -l -a'
    wait_for 20 is_said read-only
    # Not even while it runs is anything read-only out here.
    diff <(sed '/^# cgroups/,$d; 1d' <<<"$before") <(cut -d' ' -f3- /proc/self/mountinfo)
    echo >&"$input"
    end
    is_as_before
}

@test "box: mount -o remount,ro of everything, then umount" {
    remount_and_unmount
}

@test "box: mount -o remount,ro of what -n and -w share" {
    # A file system of its own, for one that holds a box's disk cannot be turned anyway.
    mkdir "$BATS_TEST_TMPDIR/writable"
    mount --no-mtab -t tmpfs tmpfs "$BATS_TEST_TMPDIR/writable"
    before=$(snapshot)
    remount_and_unmount -n -w "$BATS_TEST_TMPDIR/writable"
}

@test "box: a fork bomb" {
    in_copy -p 100 '
        for root in /sys/fs/cgroup /sys/fs/cgroup/*; do echo max >"$root/pids.max"; done 2>/dev/null
        bomb() { [ "$1" = 0 ] || { bomb $(($1 - 1)) & bomb $(($1 - 1)) & sleep 10; }; }
        bomb 9 2>/dev/null &
        most=0
        for i in {1..20}; do
            set -- /proc/[0-9]*
            [ $# -lt $most ] || most=$#
            read -r -t 0.1
        done
        echo "most $most"; exit 0'
    [ "$status" = 0 ]
    local most
    most=$(sed -n 's/^most //p' "$BATS_TEST_TMPDIR/output")
    [ "$most" -gt 80 ]
    [ "$most" -le 100 ]
    is_as_before
}

@test "box: a memory hog" {
    in_copy -m 64M '
        for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
            for file in memory.max memory.limit_in_bytes; do [ ! -e "$root/$file" ] || echo 1G >"$root/$file"; done
        done 2>/dev/null
        head -c 300M /dev/zero | tail -c 300M >/dev/null; exit'
    [ "$status" = 137 ]
    is_as_before
}

@test "box: a detached daemon" {
    in_copy 'setsid setsid sleep 1000 >/dev/null 2>&1 & exit 4'
    [ "$status" = 4 ]
    is_as_before
}

@test "box: process 1 reaps orphans at once" {
    run box bash -c 'for i in 1 2 3; do (sleep 0.1 & exec true) & done; wait; sleep 0.3; ! grep -l "^State:.Z" /proc/[0-9]*/status'
    [ "$status" = 0 ]
}

@test "box: mounts, settings and host name" {
    in_copy '
        mount --make-rshared /; mount -t tmpfs tmpfs /mnt; mount --bind /tmp /usr
        echo 46 >/proc/sys/fs/lease-break-time; echo changed >/proc/sys/kernel/hostname'
    is_as_before
}

@test "box: a loop device that is left attached" {
    in_copy "truncate -s 1M /tmp/$mark && losetup -f /tmp/$mark && losetup -l | grep -q $mark && echo attached"
    is_said attached
    is_as_before
}

@test "box: the machine's disks cannot be opened" {
    in_copy '
        for disk in /sys/class/block/*; do
            case ${disk##*/} in loop* | ram*) continue ;; esac
            mknod /tmp/disk b $(tr : " " <"$disk/dev") || exit
            ! { head -c 1 /tmp/disk; } 2>&1 | grep -v "not permitted" || exit
            rm /tmp/disk
        done; echo none'
    is_said none
}

@test "box: overlays can be mounted in its directories" {
    in_copy '
        for at in /tmp /var/tmp /var/lib/davit /var/lib/containers /var/lib/docker /var/lib/containerd; do
            mkdir "$at"/{lower,upper,work,merged}
            mount -t overlay overlay -o "lowerdir=$at/lower,upperdir=$at/upper,workdir=$at/work" "$at/merged" || exit
        done'
    [ "$status" = 0 ]
    is_as_before
}

@test "box: -w keeps what is written" {
    run box -w "$BATS_TEST_TMPDIR/kept" bash -c "echo text >$BATS_TEST_TMPDIR/kept/file; echo text >$BATS_TEST_TMPDIR/lost"
    [ "$status" = 0 ]
    [ "$(cat "$BATS_TEST_TMPDIR/kept/file")" = text ]
    [ "$(ls -A "$BATS_TEST_TMPDIR/kept")" = file ]
    [ ! -e "$BATS_TEST_TMPDIR/lost" ]
    is_as_before
}

@test "box: the network is its own, or with -n the machine's" {
    run box bash -c 'ls /sys/class/net; readlink /proc/self/ns/net'
    [ "${lines[0]}" = lo ]
    [ "${lines[1]}" != "$(readlink /proc/self/ns/net)" ]
    run box -n readlink /proc/self/ns/net
    [ "$output" = "$(readlink /proc/self/ns/net)" ]
}

# For bash: a box from a checkout at $1, with a name that is hard on mount options.
readonly use_checkout='
    set -e
    mkdir -p "$1/check out:a,b/scripts"
    cp scripts/box "$1/check out:a,b/scripts"
    cd "$1/check out:a,b"
    echo machine >file
    timeout -k 1 60 scripts/box bash -c "cat file && echo box >file && cat file && test -x scripts/box && pwd"
    cat file
    cd /
    timeout -k 1 60 "$OLDPWD/scripts/box" cat "$OLDPWD/file"'

is_used() { # DIR: is the output of use_checkout right?
    echo "$output"
    [ "$status" = 0 ] && [ "$output" = "$(printf '%s\n' machine box "$1/check out:a,b" machine machine)" ]
}

@test "box: a checkout in /tmp" {
    run bash -c "$use_checkout" - "$BATS_TEST_TMPDIR"
    is_used "$BATS_TEST_TMPDIR"
    is_as_before
}

@test "box: a checkout on a mount of its own" {
    local at
    for at in /mnt "$BATS_TEST_TMPDIR"; do
        run unshare --mount bash -c "mount --no-mtab -t tmpfs tmpfs '$at' && $use_checkout" - "$at"
        is_used "$at"
    done
    is_as_before
}

@test "box: two at once do not disturb each other" {
    start_in_copy 'sleep 1000 & read -r; kill -0 $! && echo alive; exit 8'
    run box bash -c 'kill -9 -1; exit 9'
    [ "$status" = 9 ]
    echo >&"$input"
    end
    is_said alive
    [ "$status" = 8 ]
    is_as_before
}

@test "box: all inside dies with its owner, and the next box clears up" {
    start_in_copy 'for i in 1 2; do (while :; do :; done) & done; setsid sleep 1000 & echo hogs; wait'
    wait_for 5 is_said hogs
    kill -9 "$owner"
    none_left() { [ -z "$(processes)" ]; }
    wait_for 10 none_left
    run box true
    [ "$status" = 0 ]
    is_as_before
}

@test "box: the next box clears up also if the dead owner's is frozen" {
    local file
    for file in "freezer.state FROZEN" "cgroup.freeze 1"; do
        # shellcheck disable=SC2086 # two words
        start_in_copy "sleep 1000 & $(freeze_root_by $file); sleep 1000"
        wait_for 5 is_said 'freezes\|not frozen'
        sleep 0.4
        kill -9 "$owner"
        run box true
        [ "$status" = 0 ]
    done
    is_as_before
}
