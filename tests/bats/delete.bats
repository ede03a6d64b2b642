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
    mkdir -p /run/davit/runtime/web
    [ "$(status_of web)" = creating ]
    [[ $(runtime list -f json | jq -r '.[0].created') =~ ^20[0-9-]+T[0-9:.]+Z$ ]]
    run -1 runtime delete web
    says "container is not stopped: creating"
    runtime delete --force web
    mkdir -p /run/davit/runtime/web && touch /run/davit/runtime/web/state.json
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
