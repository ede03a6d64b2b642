# What the bats files of engines start with. Every scenario is run twice, with runc and with ours, by an engine that
# the test starts on folders and sockets of its own.

load ../bats/helpers
load ../bats/image_helpers

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
    [ -s said.runc ] && diff -u said.runc said.ours || tell_errors
}
with_both() { # SCENARIO
    local which runtime
    for which in runc ours; do
        runtime=$(command -v "${which/ours/runtime}")
        "$1" 2> "errors.$which" 3>&- < /dev/null | sed -E 's/[0-9a-f]{64}/ID/g; s/ +$//' > "said.$which" || true
    done
}
tell_errors() {
    tail -n 30 errors.runc errors.ours
    return 1
}

until_file() { # FILE: is there, and has something in it
    for ((tries = 0; tries < 500; tries++)); do [ ! -s "$1" ] || return 0; sleep 0.02; done
    echo "nothing in $1"
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

# An image of busybox, once for a file: $BATS_FILE_TMPDIR/img, tag v1. Its `idle` says "up" and ends when it is told to.
make_image() {
    cd "$BATS_FILE_TMPDIR" || return
    mkdir -p base/bin
    printf '#!/bin/sh\ntrap "exit 3" TERM\necho up\nwhile :; do sleep 1000 & wait; done\n' > base/bin/idle
    chmod +x base/bin/idle
    busybox_layer
    oci_layout img v1 '{"Cmd": ["idle"], "Env": ["PATH=/bin", "FROM=image"]}' base.tar > /dev/null
}
