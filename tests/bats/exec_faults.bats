# Every named step of `exec` fails once, and dies once: the container is as it was, and nothing of
# the program is there.

load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

steps() { # in ./trace; the last one of the process's ends it
    (sed -n 's/^ *[0-9]* us  //p' trace; echo execute) | sort -u
}
as_before() {
    # Who was told to go may still be on its way out.
    for ((n = 0; n < 100; n++)); do pgrep '^runtime' || break; sleep 0.05; done
    [ "$n" -lt 100 ]
    [ "$(wc -l < "$(cgroup_of pids davit-web)/cgroup.procs")" = 1 ]
    [ "$(status_of web)" = running ]
    [ ! -e pid ]
}

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    bundle '.process.args = ["sleep", "1000"]' '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW"}' \
        '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]' '.linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 b/rootfs
    runtime create -b b web < /dev/null > /dev/null 2>&1 3>&-
    runtime start web
    RUNTIME_TRACE=1 runtime exec -d --pid-file pid web true > trace 2>&1 < /dev/null 3>&-
    rm pid
    steps > steps
    [ "$(wc -l < steps)" -gt 30 ]
    for step in 'enter container' hide 'join namespaces' 'make process' 'check posture' 'wait for start' 'start program'; do
        grep -qx "$step" steps
    done
}

@test "a step that fails is named, and nothing is left of the program" {
    while read -r step; do
        echo "step: $step"
        run ! env RUNTIME_FAIL_AT="$step" timeout 20 runtime exec -d --pid-file pid web sleep 50 < /dev/null 3>&-
        [[ $output =~ ^"runtime: exec web: "(.*": ")?"$step: failed on request"$ ]]
        as_before
    done < steps
}

@test "whoever dies at any step leaves nothing of the program" {
    while read -r step; do
        echo "step: $step"
        if env RUNTIME_KILL_AT="$step" timeout 20 runtime exec -d --pid-file pid web sleep 50 < /dev/null > told 2>&1 3>&-; then
            # Once it has the word, its end looks the same from outside whether it executed or died.
            [[ $step = 'load seccomp' || $step = execute ]]
        fi
        rm -f pid # of the dead there is nobody to remove it
        as_before
    done < steps
}

@test "a container that stops at any step is told as one, and never waited for" {
    while read -r step; do
        echo "step: $step"
        env RUNTIME_STOP_AT="$step" timeout 20 runtime exec --pid-file pid web sleep 50 < /dev/null > told 2>&1 3>&- &
        until stopped=$(pgrep -r T '^runtime'); do sleep 0.02; done
        runtime kill web KILL
        kill -CONT $stopped || true # whom the container's end has killed by now
        rc=0; wait $! || rc=$?
        echo "code $rc, stopped $stopped: $(cat told)"
        case $step in
            'load seccomp' | execute) [ "$rc" = 137 ] ;; # as one that runs
            *) [ "$rc" = 125 ]; grep -q 'container not running' told ;;
        esac
        [ ! -e pid ] || [ "$rc" = 137 ]
        rm -f pid
        until_status web stopped
        runtime delete web
        runtime create -b b web < /dev/null > /dev/null 2>&1 3>&-
        runtime start web
    done < steps
}

@test "a hundred programs in one container, eight at a time" {
    one() {
        [ "$(runtime exec web sh -c "echo $1" 3>&-)" = "$1" ] || echo "$1"
    }
    export -f one
    seq 100 | xargs -P 8 -I{} bash -c 'one {}' > failed 2>&1
    cat failed
    [ ! -s failed ]
    as_before
}
