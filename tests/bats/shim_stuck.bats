# Guards that do not do their work, records that are damaged, files that are gone: a container ends
# all the same when that is asked for, and what is known of it is told.

load helpers
load shim_helpers

sleeper() {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web --stop-timeout 100ms b/
}

@test "destroy: a guard that somebody has stopped keeps nobody from it, and the end is known" {
    for who in shim_pid keeper_pid both; do
        sleeper
        if [ $who = both ]; then
            kill -STOP "$(of web shim_pid)" "$(of web keeper_pid)"
        else
            kill -STOP "$(of web $who)"
        fi
        run -0 timeout 30 shim destroy web
        [ "$(record web '[.known, .code] | @json')" = '[true,137]' ]
        shim remove web
    done
}

@test "remove -f: the same, and nothing is left" {
    sleeper
    kill -STOP "$(of web shim_pid)" "$(of web keeper_pid)"
    run -0 timeout 30 shim remove -f web
    [ -z "$output" ]
}

@test "destroy: a guard that waits for its terminal for ever is replaced" {
    bundle '.process.terminal = true' '.process.args = ["sleep", "100"]'
    PATH=$BATS_TEST_DIRNAME:$PATH
    run -0 at_terminal 30x100 bash --norc -i -- see '# ' type 'shim run --name web --stop-timeout 100ms b/ &\r' see '# ' \
        type 'until jobs -s | grep Stopped; do sleep 0.05; done\r' see 'Stopped  ' see '# ' \
        call 'timeout 60 shim destroy web' type 'exit 0\r' type 'exit 0\r'
    run -137 shim wait web
    [ "$(record web .known)" = true ]
}

@test "destroy: the run folder is gone" {
    sleeper
    rm -r $running/web
    run -0 timeout 30 shim destroy web
    [ "$(record web '[.known, .code] | @json')" = '[true,137]' ]
    nothing_is_left
}

own_programs() { # ours in ./bin, to be moved away
    mkdir -p bin
    cp "$(command -v runtime)" "$(command -v shim)" bin
    PATH=$PWD/bin:$PATH
}

@test "runtime is gone: what is known is told, the rest is a notice; later all is cleared away" {
    own_programs
    bundle "$(script 'while [ ! -e /end ]; do sleep 0.05; done; exit 9')"
    shim launch --name web b/
    mv bin/runtime away
    touch b/rootfs/end
    run -9 --separate-stderr timeout 30 shim wait web
    [ "$(jq -r '[.known, .code] | @json' <<< "$output")" = '[true,9]' ]
    [ "$stderr" = "shim: wait web: delete container: start $PWD/bin/runtime: no such file or directory (ENOENT)" ]
    rm b/rootfs/end
    run -125 shim launch --name other b/
    [ "$output" = "shim: launch other: create container: start $PWD/bin/runtime: no such file or directory (ENOENT)
shim: launch other: delete container: start $PWD/bin/runtime: no such file or directory (ENOENT)" ] ||
        [ "$output" = "shim: launch other: create container: begin create: start $PWD/bin/runtime: no such file or directory (ENOENT)" ]
    mv away bin/runtime
    shim recover
    nothing_is_left
}

@test "destroy ends what runtime, which is gone, cannot end" {
    own_programs
    sleeper
    mv bin/runtime away
    run -1 timeout 30 shim destroy web
    says "shim: destroy web: delete container: start $PWD/bin/runtime: no such file or directory"
    [ "$(record web '[.known, .code, .reason] | @json')" = '[true,137,"stopped"]' ]
    mv away bin/runtime
    run -0 shim destroy web
    nothing_is_left
}

@test "damaged records of a container that is guarded: it is ended and removed" {
    for file in $running/web/status.json $records/web/launch.json $running/web/stop; do
        sleeper
        echo '{' > "$file"
        run -0 shim kill web USR1
        run -0 timeout 30 shim destroy --timeout 100ms web
        [ "$(record web '[.known, .reason] | @json')" = '[true,"stopped"]' ]
        run -0 shim remove -f web
        sleeper
        echo '{' > "$file"
        [[ $file != *launch.json ]] || [[ $(shim recover) = 'web: broken: launch.json:'* ]]
        run -0 timeout 30 shim remove -f web
        [ -z "$output" ]
    done
}

@test "both guards are killed: logs -f and kill find it all the same" {
    bundle "$(script 'echo one; trap "echo two; exit 5" TERM; while :; do sleep 0.05; done')"
    shim launch --name web b/
    kill_both web
    until_is web broken
    timeout 30 shim logs -f web > shown 3>&- &
    until_is web running
    kill_both web
    until_is web broken
    run -0 shim kill web TERM
    wait $!
    [ "$(cat shown)" = $'one\ntwo' ]
}

@test "destroy at once of what runs in the foreground puts no word into its output" {
    bundle '.process.args = ["sleep", "100"]'
    for _ in 1 2 3 4 5 6 7 8; do
        shim run --rm --name web b/ > out 2>&1 3>&- &
        until_is web running
        shim destroy --timeout 0 web
        code=0; wait $! || code=$?
        [ "$code" = 137 ]
        [ ! -s out ]
    done
}
