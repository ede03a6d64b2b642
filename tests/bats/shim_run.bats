load helpers
load shim_helpers

@test "run: the container's code, output, errors and record; nothing else" {
    bundle "$(script 'echo out; echo err >&2; exit 7')"
    run -7 --separate-stderr shim run --name web b/
    [ "$output" = out ] && [ "$stderr" = err ]
    [ "$(record web '[.id, .known, .code, .signal, .core, .oom, .reason, .stage, .message] | @json')" = \
        '["web",true,7,null,false,null,"exited","supervise",""]' ]
    [ "$(ls $records/web)" = $'exit.json\nlaunch.json' ]
    [ "$(stat -c %a $records/web $records/web/exit.json /var/lib/davit/sandbox/web)" = $'700\n600\n700' ]
    no_shim_is_left
    [ "$(of web status)" = exited ]
}

@test "run --rm leaves no record, log or sandbox, after failures too" {
    bundle "$(script 'exit 3')"
    run -3 shim run --rm b/
    [ -z "$(shim list -q)" ]
    bundle '.process.args = ["no-such-program"]'
    run -127 shim run --rm b/
    [ -z "$(shim list -q)" ]
}

@test "run: a name that is made up, and told" {
    bundle "$(script 'exit 0')"
    run -0 shim run --id-file id b/
    [[ $(cat id) =~ ^[0-9a-f]{12}$ ]]
    [ "$(shim list -q)" = "$(cat id)" ]
}

@test "run: standard input is the container's with -i only" {
    bundle '.process.args = ["cat"]'
    run -0 bash -c 'echo x | timeout 10 shim run --rm -i b/'
    [ "$output" = x ]
    run -0 bash -c 'echo x | timeout 10 shim run --rm b/'
    [ "$output" = "" ]
}

@test "run: a reader that has enough ends an endless writer" {
    bundle '.process.args = ["yes"]'
    [ "$(timeout 10 shim run --rm b/ 2>err | head -n 1)" = y ]
}

@test "run: signals are the container's" {
    bundle "$(script 'trap "echo got usr1" USR1; trap "echo got term; exit 9" TERM
                      echo ready; while :; do sleep 0.05; done')"
    shim run --name web b/ > out 3>&- &
    until grep -q ready out; do sleep 0.02; done
    kill -USR1 $!
    until grep -q usr1 out; do sleep 0.02; done
    kill -TERM $!
    code=0; wait $! || code=$?
    [ "$code" = 9 ]
    [ "$(record web '[.code, .reason] | @json')" = '[9,"exited"]' ]
}

# The keeper stops between the start and the word of it; the signals come meanwhile.
@test "run: signals that come while it is being started are the container's, too" {
    bundle "$(script 'trap "echo got usr1" USR1; trap "echo got term; exit 9" TERM
                      echo ready; while :; do sleep 0.05; done')"
    SHIM_STOP_AT="tell started" shim run --name web b/ > out 3>&- &
    until grep -q ready out; do sleep 0.02; done
    until grep -q '^State:.T' "/proc/$(of web keeper_pid)/status"; do sleep 0.02; done
    kill -USR1 $!
    kill -TERM $!
    until grep -q '^ShdPnd:.0*$' /proc/$!/status; do sleep 0.02; done
    kill -CONT "$(of web keeper_pid)"
    code=0; wait $! || code=$?
    [ "$code" = 9 ]
    [ "$(cat out)" = $'ready\ngot usr1\ngot term' ]
}

# The first TERM is kept for the program, the second asks for its end.
stop_while_starting() { # OPTION...
    bundle "$(script 'trap "echo got term; exit 9" TERM; echo ready; while :; do sleep 0.05; done')"
    SHIM_STOP_AT="tell started" shim run --name web "$@" b/ > out 3>&- &
    until grep -q ready out; do sleep 0.02; done
    until grep -q '^State:.T' "/proc/$(of web keeper_pid)/status"; do sleep 0.02; done
    for _ in 1 2; do
        kill -TERM $!
        until grep -q '^ShdPnd:.0*$' /proc/$!/status; do sleep 0.02; done
    done
}

@test "run: a stop that comes while it is being started waits for that, so its end is known" {
    stop_while_starting
    kill -CONT "$(of web keeper_pid)"
    code=0; wait $! || code=$?
    [ "$code" = 9 ]
    [ "$(cat out)" = $'ready\ngot term' ]
    [ "$(record web '[.known, .code, .reason, .message] | @json')" = '[true,9,"stopped","signal 15"]' ]
}

@test "run: where starting takes longer than the stop time-out it is given up, and nobody knows its end" {
    stop_while_starting --stop-timeout 100ms
    until grep -q '^poll_schedule' /proc/$!/wchan; do sleep 0.02; done # it waits for its keeper's end
    kill -CONT "$(of web keeper_pid)"
    code=0; wait $! || code=$?
    [ "$code" = 143 ]
    [ "$(record web '[.known, .code, .reason, .message] | @json')" = '[false,null,"stopped","start container: signal 15"]' ]
}

@test "run: a program that is killed is told as such" {
    bundle '.process.args = ["sleep", "100"]'
    shim run --name web b/ 3>&- &
    until_is web running
    shim kill web KILL
    code=0; wait $! || code=$?
    [ "$code" = 137 ]
    [ "$(record web '[.code, .signal, .reason] | @json')" = '[137,9,"signaled"]' ]
}

@test "run: a program that is missing or cannot be executed: one sentence, the code, the record" {
    bundle '.process.args = ["no-such-program"]'
    run -127 shim run --name web b/
    [ "$output" = 'shim: run web: create container: runtime: create web: init: find program: exec "no-such-program": executable file not found in $PATH' ]
    [ "$(record web '[.known, .code, .reason, .stage, .started] | @json')" = '[true,127,"failed","create container",null]' ]
    [[ $(record web .message) = *'executable file not found in $PATH' ]]
    [ "$(of web status)" = failed ]
    bundle '.process.args = ["/etc"]'
    run -126 shim run --rm b/
    [ "${#lines[@]}" = 1 ]
}

@test "run: what is wrong before there is a container leaves nothing" {
    mkdir empty
    run -125 shim run --name web empty/
    says 'shim: run web: bundle '
    says 'open config.json: no such file or directory (ENOENT)'
    run -125 shim run --name web nowhere/
    says 'shim: run web: open nowhere/: no such file or directory (ENOENT)'
    bundle
    run -2 shim run --name ../evil b/
    run -2 shim run --stop-signal NONE b/
    run -2 shim run -e A=B b/
    says '--env: config.json of the bundle decides that'
    run -2 shim run b/ true
    says '"true": the command is decided by config.json of the bundle'
    [ -z "$(shim list -q)" ]
    [ ! -e $records/web ]
}

@test "run: an id that is taken stays what it was" {
    bundle "$(script 'exit 5')"
    run -5 shim run --name web b/
    before=$(cat $records/web/exit.json)
    run -125 shim run --name web b/
    says 'shim: run web: take id: a container with this id already exists'
    [ "$(cat $records/web/exit.json)" = "$before" ]
    [ "$(ls -A $records)" = web ]
}

@test "run: it ends with its caller" {
    bundle "$(script 'trap "exit 4" TERM; echo ready; while :; do sleep 0.05; done')"
    bash -c 'shim run --name web b/ > out & until grep -q ready out; do sleep 0.02; done; kill -9 $$' || true
    run -4 shim wait web
    [ "$(record web '[.reason, .message] | @json')" = '["stopped","its caller has ended"]' ]
}

@test "run: where its shim is killed the container is gone within the stop time-out, and its record says so" {
    bundle "$(script 'trap "" TERM; echo ready; while :; do sleep 0.05; done')"
    shim run --name web --stop-timeout 300ms b/ > out 3>&- &
    until grep -q ready out; do sleep 0.02; done
    kill -9 $!
    run -137 timeout 20 shim wait web
    [ "$(record web '[.known, .code, .reason, .message] | @json')" = '[true,137,"stopped","its shim was killed"]' ]
}

@test "a caller that ignores SIGCHLD keeps nobody from the end of a child" {
    bundle "$(script 'exit 7')"
    ignoring() { timeout -k 1 20 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' "$@"; }
    run -7 ignoring shim run --rm b/
    run -7 ignoring runtime run b/
    run -0 ignoring shim launch --name web b/
    run -7 ignoring shim wait web
}

@test "closed standard descriptors: what is needed is refused, no file of ours takes a number" {
    bundle "$(script 'exit 7')"
    for closed in '<&-' '>&-'; do
        run -125 bash -c "shim run --name web b/ $closed"
        says 'shim: run: standard '
    done
    run -125 bash -c 'shim run --name web b/ 2>&-'
    run -125 bash -c 'shim launch --name web b/ >&-'
    says 'shim: launch: standard output is closed'
    [ ! -e $records/web ]
    run -0 bash -c 'shim launch --name web b/ <&- 2>&-'
    [ "$output" = web ]
    run -7 bash -c 'shim wait web <&-'
    run -1 bash -c 'shim wait web >&-'
    says 'bad file descriptor (EBADF)'
}

@test "run: a signal that comes as its record is made leaves nothing half-made" {
    bundle '.process.args = ["sleep", "100"]'
    for signal in INT TERM HUP QUIT; do
        SHIM_STOP_AT="take id" perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec @ARGV' \
            shim run --rm --name web b/ 3>&- &
        until grep -q '^State:.T' "/proc/$!/status"; do sleep 0.02; done
        kill -"$signal" $!
        kill -CONT $!
        code=0; wait $! || code=$?
        [ "$code" = $((128 + $(kill -l "$signal"))) ]
        [ -z "$(ls -A $records)" ]
    done
}

@test "run: what stands after the bundle is no option, and the hint says so" {
    bundle
    run -2 shim run b/ --rm
    [ "${lines[0]}" = 'shim: run: "--rm": the command is decided by config.json of the bundle' ] ||
        [[ ${lines[0]} = 'shim: run '*': "--rm": the command is decided by config.json of the bundle' ]]
    [ "${lines[1]}" = "hint: options stand before the bundle" ]
}

@test "run --id-file: a device, a pipe, and what a link leads to are written to" {
    bundle "$(script 'exit 0')"
    shim run --rm --name web --id-file /dev/null b/
    [ -c /dev/null ]
    ln -s id link
    shim run --rm --name web --id-file link b/
    [ -L link ] && [ "$(cat id)" = web ]
    mkfifo pipe
    exec 4<> pipe
    shim run --rm --name web --id-file pipe b/ 4>&-
    read -r -N 3 -t 20 word <&4
    exec 4>&-
    [ -p pipe ] && [ "$word" = web ]
}

@test "run: signals that its caller ignores are not passed on" {
    bundle "$(script 'trap "echo got int" INT; trap "echo got hup" HUP; trap "echo got term; exit 9" TERM
                      echo ready; while :; do sleep 0.05; done')"
    env --ignore-signal=INT,HUP shim run --name web b/ > out 3>&- &
    until grep -q ready out; do sleep 0.02; done
    kill -INT $!
    kill -HUP $!
    kill -TERM $!
    code=0; wait $! || code=$?
    [ "$code" = 9 ]
    [ "$(cat out)" = $'ready\ngot term' ]
}

@test "run: who leads a session of its own has no caller to end with" {
    bundle "$(script 'echo ready; until [ -e /end ]; do sleep 0.02; done; exit 4')"
    bash -c 'setsid -f shim run --name web b/ > out 2>&1 3>&-; until grep -q ready out; do sleep 0.02; done; kill -9 $$' || true
    [ "$(of web status)" = running ]
    touch b/rootfs/end
    run -4 timeout 20 shim wait web
    [ "$(record web .reason)" = exited ]
}

@test "run: a limit of the size of files is told, and leaves nothing" {
    bundle
    for blocks in 0 1; do
        run -125 bash -c "ulimit -f $blocks; shim run --name web b/"
        says 'file too large (EFBIG)'
        [ -z "$(ls -A $records)" ]
    done
}

@test "run: what config.json says does nothing to a terminal, and makes no second line" {
    bundle '.process.args = ["no\n\u001b[31msuch"]'
    run -127 shim run --name web b/
    [ "${#lines[@]}" = 1 ]
    says 'exec "no\n\x1b[31msuch": executable file not found in $PATH'
    [[ $(record web .message) = *'exec "no\n\x1b[31msuch": executable file not found in $PATH' ]]
    [[ $(shim status web) = *'exec "no\n\x1b[31msuch": executable file not found in $PATH'* ]]
}
