load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

@test "delete takes what has stopped or was never started; --force takes all, and nothing too" {
    run -1 runtime delete web
    [ "$output" = "runtime: delete web: container does not exist" ]
    run -0 runtime delete --force web
    [ -z "$output" ]
    bundle '.process.args = ["sleep", "60"]'
    runtime create -b b web 3>&-
    runtime delete web
    nothing_is_left
    runtime run -d -b b web 3>&-
    run -1 runtime delete web
    [ "$output" = "runtime: delete web: container is not stopped: running" ]
    [ "$(status_of web)" = running ]
    runtime delete -f web
}

@test "a record that says nothing is told of, and --force removes what it was of" {
    bundle '.process.args = ["sleep", "60"]' '.linux.cgroupsPath = "/davit-other"'
    runtime run -d -b b web 3>&-
    pid=$(runtime state web | jq .pid)
    echo '{"id": 1' > /run/davit/runtime/web/state.json
    for verb in state start kill delete; do
        run -1 runtime "$verb" web
        says "state.json:1:"
    done
    run -1 --separate-stderr runtime list
    [[ ${stderr_lines[0]} = "runtime: list: web: state.json:1:"* ]]
    runtime delete --force web
    run ! kill -0 "$pid"
}

@test "a record that is missing or empty is removed by --force" {
    mkdir -p -m 700 /run/davit/runtime/web
    [ "$(status_of web)" = creating ]
    [[ $(runtime list -f json | jq -r '.[0].created') =~ ^20[0-9-]+T[0-9:.]+Z$ ]]
    run -1 runtime delete web
    says "container is not stopped: creating"
    runtime delete --force web
    mkdir -p -m 700 /run/davit/runtime/web && touch /run/davit/runtime/web/state.json
    runtime delete --force web
}

@test "a process that has the number of one that ended is not taken for it" {
    bundle '.process.args = ["sleep", "60"]'
    runtime run -d -b b web 3>&-
    sleep 61 3>&- &
    state=/run/davit/runtime/web/state.json
    init=$(jq .init.pid $state)
    for change in ".init.pid = $!" '.init.bootId = "another"' '.init.pidfdInode += 1'; do
        cp $state kept
        jq "$change" kept > $state
        [ "$(status_of web)" = stopped ]
        cp kept $state
    done
    jq ".init.pid = $!" kept > $state
    runtime delete web
    kill -0 $!
    run ! kill -0 "$init"
    kill $!
}

@test "what is left behind at any step is removed by delete --force, which may be stopped at any step" {
    bundle '.process.args = ["sleep", "60"]'
    for step in kill 'remove control groups' 'remove record'; do
        runtime run -d -b b web 3>&-
        run -1 env RUNTIME_FAIL_AT="$step" runtime delete --force web
        [ "$output" = "runtime: delete web: $step: failed on request" ]
        RUNTIME_KILL_AT="$step" run ! runtime delete --force web
        runtime delete --force web
        nothing_is_left
    done
}

# A verb that has found the container, and waits for whoever is at it.
until_it_waits() { # PID
    until ls -l "/proc/$1/fd" | grep -q /run/davit/runtime/web && grep -q '^State:.S' "/proc/$1/status"; do
        sleep 0.02
    done
}

@test "what is made while it is deleted is deleted or was never made" {
    bundle '.process.args = ["sleep", "60"]'
    # Its maker stops before there is an init, then with one that is on record and waits for it.
    for step in 'start init' init; do
        RUNTIME_STOP_AT=$step runtime create -b b web > told 2>&1 3>&- & made=$!
        until grep -q '^State:.T' "/proc/$made/status"; do sleep 0.02; done
        runtime delete --force web 3>&- & removed=$!
        until_it_waits "$removed"
        kill -CONT "$made"
        wait "$removed"
        made_it=0; wait "$made" || made_it=$?
        nothing_is_left
    done
    [ "$made_it" = 1 ]
    grep -q 'init was killed by SIGKILL' told
}

@test "whoever makes or removes it keeps the others from it" {
    mkdir -p -m 700 /run/davit/runtime/web
    exec 5< /run/davit/runtime/web
    flock -x 5
    runtime delete --force web 3>&- 5>&- &
    run -124 timeout 0.5 tail --pid=$! -f /dev/null
    flock -u 5
    wait $!
    exec 5<&-
    nothing_is_left
}

@test "a folder that is no container's stays, whatever --root says" {
    mkdir -p -m 700 r/web && echo text > r/web/precious && echo '{}' > r/web/config.json
    run -1 runtime --root r delete --force web
    [ "$output" = "runtime: delete web: it is no container: its folder holds precious" ]
    [ -e r/web/precious ] && [ -e r/web/config.json ]
    mkdir -p r/open && mkdir -m 700 r/other && chown 7 r/other
    for id in open other; do
        run -1 runtime --root r delete --force "$id"
        [ "$output" = "runtime: delete $id: it is no container: its folder is not ours alone" ]
        [ -d "r/$id" ]
    done
}

@test "a container of another runtime is told from a damaged one of ours, and stays" {
    mkdir -p -m 700 r/web
    echo '{"id": "web", "init_process_pid": 1, "init_process_start": 5, "created": "2026-01-01T00:00:00Z",
           "config": {"rootfs": "/x"}, "cgroup_paths": {"": "/sys/fs/cgroup/x"}}' > r/web/state.json
    for verb in state start kill delete 'delete --force'; do
        run -1 runtime --root r $verb web
        says "it is another runtime's: its state.json is not as ours"
        says "hint: whoever made it can delete it"
    done
    run -1 --separate-stderr runtime --root r list
    [[ ${stderr_lines[0]} = "runtime: list: web: it is another runtime's"* ]]
    [ -s r/web/state.json ]
    touch r/web/exec.fifo # one that waits for its start
    run -1 runtime --root r delete --force web
    says "it is no container: its folder holds exec.fifo"
    rm r/web/*
    echo '{}' | tee r/web/config.json > r/web/status # crun
    run -1 runtime --root r delete --force web
    says "its folder holds status"
    [ -e r/web/config.json ]
}
