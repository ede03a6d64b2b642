# wait: how a container ended, for whoever asks; none of these is its parent, which is process 1.
load helpers

wait_for() { # CODE: what the record of `web` says, into $record
    run -"$1" --separate-stderr runtime wait web
    [ -z "$stderr" ]
    record=$output
}
in_background() { # SUFFIX: waits for `web`, into said.SUFFIX and code.SUFFIX
    (code=0; runtime wait web > "said.$1" || code=$?; echo "$code" > "code.$1") 3>&- &
    until ls -l "/proc/$(pgrep -P $! -f 'runtime wait')/fd" 2>/dev/null | grep -q pidfd; do sleep 0.02; done
}
ended() { # FILTER...: one that is waited for from its beginning; what its record says, into $record
    bundle "$@"
    runtime create -b b web < /dev/null > out 2>&1 3>&-
    in_background 1
    runtime start web
    wait
    record=$(cat said.1)
    code=$(cat code.1)
}
has() { # JQ-CONDITION
    jq -e "$1" <<<"$record" || { echo "$record"; return 1; }
}
older() { # than Linux MAJOR.MINOR
    [ "$(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" != "$1" ]
}
setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    # There the parent may be faster than we, and nobody knows the end.
    older 6.15 && skip "this kernel tells the end to the parent alone (Linux 6.15)" || true
}

@test "the code of a program, to several who wait at once, and to those who come later" {
    running "$(script 'read x < /tmp/go; exit 3')" '.root.readonly = false | .process.args[2] = "mkfifo /tmp/go; " + .process.args[2]'
    for n in 1 2 3; do
        in_background "$n"
    done
    until [ -p b/rootfs/tmp/go ]; do sleep 0.02; done
    echo > b/rootfs/tmp/go
    wait
    for n in 1 2 3; do
        [ "$(cat "code.$n")" = 3 ]
        [ "$(jq -c '[.id, .known, .code, .signal, .reason, .oom]' "said.$n")" = '["web",true,3,null,"exited",null]' ]
    done
    wait_for 3
    diff <(echo "$record") said.1
    has '.usage.memory_peak > 0 and (.finished | startswith("20"))'
    runtime delete web
    run -1 runtime wait web
    says "runtime: wait web: container does not exist"
    nothing_is_left
}

@test "a signal, and whether it left a core" {
    up '.linux.namespaces |= map(select(.type != "pid"))'
    in_background 1
    runtime kill web TERM
    wait
    [ "$(cat code.1)" = 143 ]
    [ "$(jq -c '[.code, .signal, .core, .reason]' said.1)" = '[143,15,false,"signaled"]' ]
    runtime delete web

    ended "$(script 'cd /tmp; kill -SEGV $$')" '.root.readonly = false | .process.rlimits = []' \
        '.process.rlimits = [{type: "RLIMIT_CORE", soft: 1000000000, hard: 1000000000}]' \
        '.linux.namespaces |= map(select(.type != "pid"))'
    [ "$code" = 139 ]
    has '.signal == 11 and .core and .reason == "signaled"'
    runtime delete web
}

@test "whom the kernel killed for memory: limit, peak, cgroup" {
    ended "$(script 'a=x; while :; do a=$a$a; done')" '.linux.resources.memory.limit = 33554432'
    [ "$code" = 137 ]
    has '.reason == "oom" and .oom.victim == "init" and .oom.limit == 33554432 and .oom.peak > 30000000'
    has '.oom.cgroup == "'"$(cgroup_of memory davit-web)"'"'
    runtime delete web
}

@test "a child that was killed for memory is not the end of its parent" {
    ended "$(script '(a=x; while :; do a=$a$a; done); sleep 0.3; exit 5')" '.linux.resources.memory.limit = 33554432'
    [ "$code" = 5 ]
    has '.reason == "exited" and .oom.victim == "child" and .oom.kills > 0'
    runtime delete web
}

@test "its system-call filter" {
    ended "$(script 'exec sync')" '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
        syscalls: [{names: ["sync"], action: "SCMP_ACT_KILL_PROCESS"}]}'
    [ "$code" = 159 ]
    has '.reason == "seccomp" and .signal == 31'
    runtime delete web
}

@test "one that waits for start is waited for; a time-out ends the waiting alone" {
    bundle "$(script 'exit 4')"
    runtime create -b b web < /dev/null > out 2>&1 3>&-
    run -124 runtime wait --timeout 50ms web
    [ "$output" = "runtime: wait web: it has not ended in that time" ]
    in_background 1
    runtime start web
    wait
    [ "$(cat code.1)" = 4 ]
    runtime delete web
}

@test "what was reaped before anybody looked is not known, and never invented" {
    running '.process.args = ["true"]'
    until_status web stopped
    until ! [ -e "/proc/$(jq .init.pid /run/davit/runtime/web/state.json)" ]; do sleep 0.02; done
    wait_for 125
    has '.known == false and .code == null and .reason == "unknown"'
    has '.message == "it was reaped before anybody looked"'
    runtime delete web
}

@test "run --keep leaves the record of what it has reaped itself" {
    bundle "$(script 'exit 6')"
    run -6 runtime run --keep -b b web
    wait_for 6
    has '.known and .code == 6'
    runtime delete web
    nothing_is_left
}
