# What the bats files of engines start with. Every scenario is run twice, with runc and with ours, by an engine that
# the test starts on folders and sockets of its own.

load ../bats/helpers
load ../bats/image_helpers
PATH=$BATS_TEST_DIRNAME/../bats:$PATH # at_terminal

teardown() {
    nothing_is_left
}

# The scenario says, with both runtimes, what is expected (standard input): so they agree, and on what is right. In it
# $runtime is the program, and a failure stops nothing.
agree() { # SCENARIO
    cat > expected
    with_both "$1"
    diff -u expected said.runc && diff -u expected said.ours || tell_errors
}
# The same where nobody knows beforehand what is said, but only that both say the same, and something.
same() { # SCENARIO
    with_both "$1"
    [ -s said.runc ] && diff -U1 said.runc said.ours || tell_errors
}
with_both() { # SCENARIO
    local which runtime
    for which in runc ours; do
        runtime=$(command -v "${which/ours/runtime}")
        "$1" 2> "errors.$which" 3>&- < /dev/null | sed -E 's/[0-9a-f]{64}/ID/g; s/[ \r]+$//' > "said.$which" || true
    done
}
tell_errors() {
    tail -n 30 errors.runc errors.ours
    return 1
}

# Is true within ten seconds.
soon() { # COMMAND...
    for ((tries = 0; tries < 500; tries++)); do ! "$@" || return 0; sleep 0.02; done
    echo "never: $*"
    return 1
}

# Which of the texts that engines and people look for is in what was said: one word for it, for each runtime has its own
# sentence around it.
reason() {
    local said
    said=$(cat)
    case $said in
        *'executable file not found'*) echo 'not found in PATH' ;;
        *'no such file or directory'*) echo 'no such file' ;;
        *'permission denied'*) echo 'permission denied' ;;
        *) echo "said: $said" ;;
    esac
}

# In the folder of a file's tests engines leave mounts of their own.
unmount_all() {
    findmnt -rno TARGET | grep "^$BATS_FILE_TMPDIR/" | tac | xargs -r umount
}

# An image of busybox, once for a file: $BATS_FILE_TMPDIR/img, tag v1. Its `idle` says "up" and ends when it is told to.
make_image() {
    cd "$BATS_FILE_TMPDIR" || return
    chmod o+x . .. ../.. # for user namespaces
    mkdir -p base/bin
    printf '#!/bin/sh\ntrap "exit 3" TERM\necho up\nwhile :; do sleep 1000 & wait; done\n' > base/bin/idle
    chmod +x base/bin/idle
    busybox_layer
    oci_layout img v1 '{"Cmd": ["idle"], "Env": ["PATH=/bin", "FROM=image"]}' base.tar > /dev/null
}

# The view from within, as far as it does not depend on the moment: a script for the image's shell.
looks_around='exec 2>&1
    sed -nE "s/^((Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp):.*)/\1/p" /proc/self/status
    env | sort; pwd; umask; hostname; cat /proc/self/oom_score_adj
    ls -l /dev | sed -E "s/ +[A-Z][a-z]{2} +[0-9]+ [0-9:]+ / /"
    for file in /proc/kcore /proc/keys /proc/timer_list /sys/firmware /proc/sys /proc/bus; do
        ls -ld $file | cut -c1-10; head -c 1 $file 2>&1 | od -An -c; touch $file/x
    done
    for kind in cgroup ipc mnt net pid uts user; do
        [ "$(readlink /proc/self/ns/$kind)" = "$(readlink /proc/1/ns/$kind)" ] && echo $kind
    done
    cat /proc/sys/net/ipv4/ip_forward; ls /sys/class/net
    cat /proc/self/limits'
plain_view() {
    sed -E 's/^(drwxrwxrwt .) .* (40 mqueue)$/\1 \2/' # who owns that is nobody's business
}
# Of mountinfo: place, root, options, type and options of the type. But what masks a place, ours allows less, and it
# shows the v2 half of a hybrid, too.
plain_mounts() {
    sed -E 's|^[0-9]+ [0-9]+ [^ ]+ ([^ ]+) ([^ ]+) ([^ ]+) (.*)- ([^ ]+) [^ ]+ (.*)|\2 \1 \3 \4 \5 \6|
        s|lowerdir=.*||; s#(shared|master):[0-9]+#\1:N#g
        s|^(\S+ /) ro,\S*( +tmpfs ro).*|\1 empty|; s|^(\S+ /null) .*|\1|
        s|^(/sys/fs/cgroup /) r[ow],|\1 |; \|^/sys/fs/cgroup/unified |d' | sort
}

# What the groups of a process say.
limit_of() { # PID CONTROLLER FILE-OF-V1 FILE-OF-V2
    local group
    group=$(sed -nE "$(v1_or_v2 "s/^[0-9]+:$2:(.*)/\1/p" 's/^0::(.*)/\1/p')" "/proc/$1/cgroup")
    cat "$(cgroup_of "$2")$group/$(v1_or_v2 "$3" "$4")"
}
