load helpers
load shim_helpers

@test "launch: prints the id alone once the program runs; status, list, wait, logs, remove" {
    bundle "$(script 'echo out; echo err >&2; while [ ! -e /end ]; do sleep 0.05; done; exit 5')"
    run -0 --separate-stderr shim launch --name web b/
    [ "$output" = web ] && [ -z "$stderr" ]
    [ "$(shim status --json web | jq -r '[.id, .status, .step, .bundle, .image] | @json')" = \
        "[\"web\",\"running\",\"supervise\",\"$PWD/b\",null]" ]
    [ "$(cat "/proc/$(of web shim_pid)/comm" "/proc/$(of web keeper_pid)/comm")" = $'shim\nshim:keeper' ]
    [ "$(of web pid)" = "$(runtime state web | jq .pid)" ]
    [ "$(shim list --json | jq -r '.[].id')" = web ]
    [[ $(shim list) = *$'\n'web\ *running\ *"$PWD/b" ]]
    touch b/rootfs/end
    run -5 shim wait web
    [ "$(jq -r '[.id, .code] | @json' <<<"$output")" = '["web",5]' ]
    [ "$output" = "$(cat $records/web/exit.json)" ]
    run -0 --separate-stderr shim logs web
    [ "$output" = out ] && [ "$stderr" = err ]
    shim remove web
    run -1 shim status web
    [ "$output" = "shim: status web: container does not exist" ]
}

@test "launch: a program that is missing: the sentence names the id, the record stays" {
    bundle '.process.args = ["no-such-program"]'
    run -127 shim launch --name web b/
    [ "$output" = 'shim: launch web: create container: runtime: create web: init: find program: exec "no-such-program": executable file not found in $PATH' ]
    run -127 shim wait web
    [ "$(of web status)" = failed ]
    run -127 shim launch --rm --name other b/
    [ "$(shim list -q)" = web ]
}

@test "wait: several, a time-out, an unknown one" {
    bundle "$(script 'exit 3')"
    shim launch --name a b/
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name b b/
    run -124 shim wait --timeout 100ms a b
    [ "${lines[1]}" = "shim: wait b: it has not ended in that time" ]
    shim kill b INT; shim kill b KILL
    run -137 shim wait a b
    [ "$(jq -rs 'map(.code) | @json' <<<"$output")" = '[3,137]' ]
    run -1 shim wait nobody
    [ "$output" = "shim: wait nobody: container does not exist" ]
}

@test "wait tells how a container ended that --rm has removed" {
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 6')"
    shim launch --rm --name web b/
    shim wait web 3>&- &
    until readlink /proc/$!/fd/* | grep -q exit.reserved; do sleep 0.02; done
    touch b/rootfs/end
    code=0; wait $! || code=$?
    [ "$code" = 6 ]
    [ -z "$(shim list -q)" ]
}

@test "destroy asks, waits, kills, and may be said again; the record stays" {
    bundle "$(script 'trap "exit 8" TERM; echo ready; while :; do sleep 0.05; done')"
    shim launch --name web b/
    until shim logs web | grep -q ready; do sleep 0.02; done
    shim destroy web
    [ "$(record web '[.code, .reason, .message] | @json')" = '[8,"stopped","it was asked to stop"]' ]
    shim destroy web
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name deaf b/
    shim destroy --timeout 100ms deaf
    [ "$(record deaf '[.code, .signal, .reason] | @json')" = '[137,9,"stopped"]' ]
    shim launch --name late --stop-signal USR1 --stop-timeout 0 b/
    shim destroy --json late | jq -e '.code == 137'
    run -1 shim destroy nobody
    [ "$output" = "shim: destroy nobody: container does not exist" ]
}

@test "remove: not what runs, but with -f" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web b/
    run -1 shim remove web
    [ "$output" = "shim: remove web: it has not ended (-f ends it)" ]
    shim remove -f web
    run -1 shim wait web
    [ "$output" = "shim: wait web: container does not exist" ]
}

@test "kill: what does not run is not killed" {
    bundle "$(script 'exit 0')"
    run -0 shim run --name web b/
    run -1 shim kill web
    [ "$output" = "shim: kill web: container not running: it is exited" ]
    run -2 shim kill web NONSENSE
}

@test "a shim that is killed has a successor, which knows it all; so has a keeper" {
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 11')"
    shim launch --name web b/
    started=$(of web started)
    for who in shim keeper keeper shim; do
        before=$(of web ${who}_pid)
        kill -9 "$before"
        until now=$(of web ${who}_pid) && [ "$now" != "$before" ]; do sleep 0.05; done
    done
    [ "$(of web status)" = running ] && [ "$(of web started)" = "$started" ]
    touch b/rootfs/end
    run -11 timeout 20 shim wait web
    [ "$(record web .known)" = true ]
}

@test "recover: what lost both is adopted while it runs, and known as far as anybody can know" {
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 12')"
    shim launch --name web b/
    kill_both web
    until [ "$(of web status)" = broken ]; do sleep 0.02; done
    [ "$(shim recover)" = "web: adopted" ]
    until_is web running
    touch b/rootfs/end
    shim wait web || true
    [ "$(record web '.known == false or .code == 12')" = true ]
    rm b/rootfs/end
    shim launch --name lost b/
    kill_both lost
    touch b/rootfs/end
    until [ "$(runtime state lost | jq -r .status)" = stopped ]; do sleep 0.02; done
    run -125 shim wait lost
    [ "$(record lost '[.known, .code, .reason, .stage] | @json')" = '[false,null,"unknown","supervise"]' ]
}

@test "recover: a reboot is told, a broken record is left alone and stops nothing" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name a b/
    shim launch --name b b/
    kill_both a
    kill_both b
    runtime delete --force b
    rm -r "$running/b"
    jq -c '.bootId = "another"' "$records/b/launch.json" > edited
    mv edited "$records/b/launch.json"
    echo '{' > "$records/a/launch.json"
    mkdir "$records/.new.left" /var/lib/davit/sandbox/left
    run -0 shim recover --json
    [ "$(jq -r 'map(.id + " " + .recovered) | @json' <<<"$output")" = '["a broken","b finished"]' ]
    [ "$(record b '[.known, .message] | @json')" = '[false,"the machine was started anew"]' ]
    [ "$(ls -A $records)" = $'a\nb' ]
    [ "$(of a status)" = broken ]
    run -1 shim remove a
    shim remove -f a
}

@test "a program that was started is never said not to have been, whatever is lost" {
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 12')"
    lose() { # COMMAND...: what happens once both are killed
        shim launch --name web b/
        kill_both web
        until_is web broken
        "$@"
        run -125 shim wait web
        [ "$(record web '[.known, .code, .reason] | @json')" = '[false,null,"unknown"]' ]
        shim remove web
    }
    lose runtime delete --force web
    damage() { echo '{' > /run/davit/runtime/web/state.json; }
    lose damage
    shim launch --name web b/
    touch b/rootfs/end
    run -12 shim wait web
    no_shim_is_left
    rm "$records/web/exit.json"
    run -125 shim wait web
    [ "$(record web '[.known, .code] | @json')" = '[false,null]' ]
}

@test "destroy ends what runtime cannot tell of any more" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web b/
    echo '{' > /run/davit/runtime/web/state.json
    run -0 timeout 20 shim destroy --timeout 100ms web
    [ "$(record web '[.known, .code, .reason] | @json')" = '[true,137,"stopped"]' ]
}

@test "inotify instances are few: no shim has one, and who finds none left waits all the same" {
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 5')"
    shim launch --name web b/
    for who in shim_pid keeper_pid; do
        [ -z "$(find "/proc/$(of web $who)/fd" -lname '*inotify*')" ]
    done
    unshare -Ur sh -c 'echo 0 > /proc/sys/user/max_inotify_instances; exec timeout 20 shim wait web' 3>&- &
    until [ "$(cat /proc/$!/comm)" = timeout ]; do sleep 0.02; done
    touch b/rootfs/end
    code=0; wait $! || code=$?
    [ "$code" = 5 ]
}

@test "launch: an id that cannot be told: the container runs, and that is said" {
    bundle '.process.args = ["sleep", "100"]'
    run -1 bash -c 'shim launch --name web b/ > /dev/full'
    [ "$output" = "shim: launch web: it runs, but its id could not be told: write to standard output: no space left on device (ENOSPC)" ]
    [ "$(of web status)" = running ]
}

@test "status and list tell the code" {
    bundle "$(script 'exit 5')"
    shim launch --name web b/
    run -5 shim wait web
    [ "$(of web code)" = 5 ]
    [[ $(shim status web) = 'web: exited (exited), code 5, started '* ]]
    [[ $(shim list) = $'ID '*' CODE '*$'\nweb '*' exited '*' 5 '*' - '* ]]
    [ "$(shim --json list -q)" = '["web"]' ]
}

@test "list and recover: folders that cannot be read are told, what is no record is shown" {
    bundle "$(script 'exit 5')"
    shim run --name web b/ || true
    touch $records/file
    ln -s web $records/link
    [ "$(shim list --json | jq -r 'map(.id + " " + .status) | @json')" = '["file broken","link broken","web exited"]' ]
    rm $records/file $records/link
    mkdir other
    touch other/containers
    for verb in list recover; do
        run -1 shim --data other $verb
        [ "$output" = "shim: $verb: open $PWD/other/containers: not a directory (ENOTDIR)" ]
    done
    run -0 shim --data nowhere list -q
    [ -z "$output" ]
}

@test "records of a bundle whose path needs the most room in JSON are read again" {
    deep=$PWD
    part=$(printf '\001%.0s' {1..250})
    for ((i = 0; i < 15; i++)); do deep+=/$part; done
    mkdir -p "$deep"
    bundle "$(script 'exit 5')"
    jq --arg root "$PWD/b/rootfs" '.root.path = $root' b/config.json > "$deep/config.json"
    shim launch --name web "$deep/"
    run -5 shim wait web
    [ "$(stat -c %s $records/web/launch.json)" -gt 20000 ]
}

@test "help: of all, of a verb, by word" {
    [ "$(shim help)" = "$(shim --help)" ]
    [ "$(shim help wait)" = "$(shim wait --help)" ]
    [[ $(shim help) = *'exit codes: 0; 1 failure; 2 wrong usage;'* ]]
    run -2 shim help nonsense
}
