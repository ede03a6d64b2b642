load helpers

# Containers that stand still: nothing waits for them for ever, so all has a time limit.

teardown() {
    if mountpoint -q stuck; then release; fi
    timeout 20 runtime delete --force web
    nothing_is_left
}

counting() { # FILTER...: one that adds a line to ./out as long as it may
    running "$(script 'trap "echo got; exit 3" TERM; while :; do echo; sleep 0.01; done')" "$@"
    until [ -s out ]; do sleep 0.02; done
}
stands_still() {
    local before
    before=$(wc -l < out)
    sleep 0.2
    [ "$(wc -l < out)" = "$before" ]
}
goes_on() {
    local before
    before=$(wc -l < out)
    until [ "$(wc -l < out)" != "$before" ]; do sleep 0.02; done
}
pauses() { timeout 20 runtime pause "${1-web}"; }
resumes() { timeout 20 runtime resume "${1-web}"; }
group() { cgroup_of freezer "${1-davit-web}"; }
freeze() { # FOLDER
    if pure_v2; then echo 1 > "$1/cgroup.freeze"; else echo FROZEN > "$1/freezer.state"; fi
}
thaw() { # FOLDER
    if pure_v2; then echo 0 > "$1/cgroup.freeze"; else echo THAWED > "$1/freezer.state"; fi
}

@test "a container that is paused stands still, says so, and goes on when it is resumed" {
    counting
    pauses
    [ "$(status_of web)" = paused ]
    [ "$(runtime state web | jq .pid)" -gt 0 ]
    [ "$(runtime list -f json | jq -r '.[].status')" = paused ]
    if pure_v2; then grep -q 'frozen 1' "$(group)/cgroup.events"; else grep -q FROZEN "$(group)/freezer.state"; fi
    stands_still
    resumes
    [ "$(status_of web)" = running ]
    goes_on
}

@test "both may be said twice" {
    counting
    resumes
    goes_on
    pauses
    pauses
    [ "$(status_of web)" = paused ]
    resumes
    resumes
    goes_on
}

@test "one that waits for start can be paused, is not started then, and can be once it is resumed" {
    bundle '.process.args = ["sleep", "60"]'
    runtime create -b b web 3>&-
    pauses
    [ "$(status_of web)" = paused ]
    run -1 timeout 20 runtime start web
    [ "$output" = "runtime: start web: find container: container is paused, not created" ]
    resumes
    [ "$(status_of web)" = created ]
    runtime start web
    until_status web running
}

@test "KILL ends a container that is paused, with a PID namespace and without one" {
    for filter in . '.linux.namespaces |= map(select(.type != "pid"))'; do
        counting "$filter"
        pauses
        timeout 20 runtime kill web KILL
        until_status web stopped
        run -0 timeout 20 runtime delete web
        rm -r b
    done
}

@test "other signals are had once it is resumed; --all leaves it paused as well" {
    counting
    pauses
    timeout 20 runtime kill web TERM
    timeout 20 runtime kill --all web WINCH
    [ "$(status_of web)" = paused ]
    run ! grep got out
    resumes
    until_status web stopped
    grep -q got out
}

@test "delete refuses a container that is paused, and removes it with --force" {
    counting
    pauses
    run -1 timeout 20 runtime delete web
    [ "$output" = "runtime: delete web: container is not stopped: paused" ]
    run -0 timeout 20 runtime delete --force web
    nothing_is_left
    bundle '.process.args = ["sleep", "60"]'
    runtime create -b b web 3>&-
    pauses
    run -0 timeout 20 runtime delete --force web
}

@test "what is not there or has stopped is told in the words that engines look for" {
    run -1 runtime pause web
    [ "$output" = "runtime: pause web: find container: container does not exist" ]
    run -2 runtime resume
    up
    runtime kill web KILL
    until_status web stopped
    for verb in pause resume; do
        run -1 timeout 20 runtime $verb web
        [ "$output" = "runtime: $verb web: find container: container not running: it is stopped" ]
    done
}

@test "a group that somebody in it has frozen stays so, until it is to die" {
    counting "$(script 'sleep 1005 & while :; do echo; sleep 0.01; done')"
    until pgrep -fx 'sleep 1005'; do sleep 0.02; done
    mkdir "$(group)/below"
    pgrep -fx 'sleep 1005' > "$(group)/below/cgroup.procs"
    freeze "$(group)/below"
    [ "$(status_of web)" = running ]
    pauses
    resumes
    goes_on
    timeout 20 runtime kill --all web WINCH
    if pure_v2; then grep -q 1 "$(group)/below/cgroup.freeze"; else grep -q FROZEN "$(group)/below/freezer.state"; fi
    timeout 20 runtime kill --all web KILL
    until_status web stopped
    run ! pgrep -fx 'sleep 1005'
}

@test "frozen from above: it is paused, resume says who is to blame, and all goes on from there" {
    counting '.linux.cgroupsPath = "/pod/davit-web"'
    freeze "$(group pod)"
    until_status web paused
    run -1 timeout 20 runtime resume web
    [ "$output" = "runtime: resume web: thaw: control group $(group pod/davit-web) stays frozen, for $(group pod) above it is" ]
    thaw "$(group pod)"
    until_status web running
    goes_on
    # The other freezer of a hybrid host.
    if ! pure_v2 && [ -e /sys/fs/cgroup/unified/pod/davit-web/cgroup.freeze ]; then
        echo 1 > /sys/fs/cgroup/unified/pod/davit-web/cgroup.freeze
        until_status web paused
        resumes
        goes_on
    fi
    runtime delete --force web
    find /sys/fs/cgroup -depth -type d -name pod -exec rmdir {} +
}

# A process of it sleeps so deeply that it cannot be frozen.
stuck() {
    [ -c /dev/fuse ] || skip "no FUSE here"
    mkdir -p stuck
    "$BATS_TEST_DIRNAME/stuck_mount" "$PWD/stuck" > held 2>&1 3>&- &
    mount=$!
    until grep -q mounted held || ! kill -0 $mount; do sleep 0.02; done
    grep -q mounted held
    counting "$(script 'cat /stuck/file & while :; do echo; sleep 0.01; done')" \
        ".mounts += [{destination: \"/stuck\", type: \"none\", source: \"$PWD/stuck\", options: [\"bind\"]}]"
    until grep -q holds held; do sleep 0.02; done
}
release() {
    kill $mount
    rc=0; wait $mount || rc=$?
    umount stuck
}

@test "a process that cannot be frozen: an error within seconds, and all goes on" {
    stuck
    run -1 timeout 20 runtime pause web
    [[ $output =~ ^"runtime: pause web: freeze: control group $(group) does not freeze within ten seconds: process "([0-9]+)" is in an uninterruptible sleep"$ ]]
    grep -qa cat "/proc/${BASH_REMATCH[1]}/cmdline"
    [ "$(status_of web)" = running ]
    goes_on
    release
    pauses
    [ "$(status_of web)" = paused ]
}

@test "a pause that is killed meanwhile: it is paused as far as that goes; resume and delete work" {
    stuck
    runtime pause web 3>&- &
    pause=$!
    until_status web paused
    kill -KILL $pause
    rc=0; wait $pause || rc=$?
    [ "$rc" = 137 ]
    [ "$(status_of web)" = paused ]
    resumes
    [ "$(status_of web)" = running ]
    goes_on
    runtime pause web 3>&- &
    pause=$!
    until_status web paused
    kill -KILL $pause
    release
    run -0 timeout 20 runtime delete --force web
}

@test "two at once take turns" {
    counting
    for ((n = 0; n < 20; n++)); do
        pauses & one=$!
        resumes & other=$!
        wait $one
        wait $other
    done
    resumes
    goes_on
}

@test "each step fails once, and dies once: the container is as it was" {
    counting
    for verb in pause resume; do
        RUNTIME_TRACE=1 runtime $verb web 2> trace
        was=$(status_of web)
        [ "$was" = "$([ $verb = pause ] && echo paused || echo running)" ]
        [ $verb = pause ] && resumes || pauses
        was=$(status_of web)
        sed -n 's/^ *[0-9]* us  //p' trace > steps
        [ "$(wc -l < steps)" = 2 ]
        while read -r step; do
            run -1 env RUNTIME_FAIL_AT="$step" timeout 20 runtime $verb web
            [ "$output" = "runtime: $verb web: $step: failed on request" ]
            [ "$(status_of web)" = "$was" ]
            run -132 env RUNTIME_KILL_AT="$step" runtime $verb web
            [ "$(status_of web)" = "$was" ]
        done < steps
        timeout 20 runtime $verb web
    done
    goes_on
}
