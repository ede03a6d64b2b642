load helpers
load shim_helpers

PATH=$BATS_TEST_DIRNAME:$PATH # at_terminal

bundle() { # FILTER...: a bundle in ./b, with a terminal
    command bundle b '.process.terminal = true' "$@"
}

@test "run -t: prompt, commands, Ctrl-C, another size, its code, and the terminal as it was" {
    bundle '.process.args = ["sh"]'
    run -5 at_terminal 30x100 shim run -t --name web b/ -- see '/ # ' \
        type 'tty; stty size\r' see '/dev/pts/0' see '30 100' see '/ # ' \
        type 'sleep 100\r' call 'until pgrep -x sleep; do sleep 0.05; done' type '\x03' see '/ # ' \
        type 'echo "[$?]"\r' see '[130]' see '/ # ' \
        size 33x77 type 'stty size\r' see '33 77' see '/ # ' \
        type 'exit 5\r'
    [ "$(record web '[.code, .reason] | @json')" = '[5,"exited"]' ]
}

# The first process of a PID namespace is spared what it does not handle, so it has none here.
@test "run -t: Ctrl-C ends the program itself" {
    bundle '.process.args = ["sh", "-c", "echo ready; exec sleep 100"]' \
        'del(.linux.namespaces[] | select(.type == "pid"))'
    run -130 at_terminal 30x100 shim run -t --rm b/ -- see ready type '\x03'
}

@test "run -t: input that is no terminal is typed, and all output comes before the end" {
    bundle '.process.args = ["sh"]'
    run -3 bash -c 'printf "echo \$((6 * 7))\nexit 3\n" | timeout 10 shim run -t --rm b/'
    says $'\n42\r'
    bundle '.process.args = ["cat"]'
    run -0 bash -c 'printf "no end of line" | timeout 10 shim run --rm b/'
    [ "$output" = "no end of lineno end of line" ]
    bundle "$(script 'seq 50000; echo last; exit 4')"
    run -4 bash -c 'shim run --rm b/ </dev/null | { sleep 0.3; md5sum; exit ${PIPESTATUS[0]}; }; exit ${PIPESTATUS[0]}'
    [ "$output" = "$( (seq 50000; echo last) | sed 's/$/\r/' | md5sum)" ]
}

@test "run -t: where nobody takes the output any more the terminal is hung up" {
    bundle "$(script 'trap "exit 6" HUP; while :; do echo text; done')"
    run -0 bash -c 'timeout 10 shim run --rm b/ </dev/null | head -1; echo ${PIPESTATUS[0]}'
    says $'\n6'
}

@test "run -t: in the background of a shell it waits until it is brought to the front" {
    bundle '.process.args = ["sh"]'
    run -0 at_terminal 30x100 bash --norc -i -- see '# ' type 'shim run --rm b/ &\r' see '# ' \
        type 'until jobs -s | grep Stopped; do sleep 0.05; done\r' see 'Stopped  ' see '# ' \
        type 'fg\r' see '/ # ' type 'exit 5\r' see 'bash-' type 'echo "[$?]"; exit 0\r' see '[5]'
}

@test "run -t: no keeper's death is noticed, and with the shim the container is stopped" {
    bundle "$(script 'trap "exit 9" TERM; echo ready; read word; echo "[$word]"
                      while :; do sleep 0.05; done')"
    run -0 at_terminal 30x100 bash --norc -i -- see '# ' \
        type 'shim run -t --name web b/\r' see ready \
        call 'keeper() { shim status --json web | jq .keeper_pid; }; before=$(keeper)
              kill -9 $before; until [ "$(keeper)" != $before ]; do sleep 0.05; done' \
        type 'word\r' see '[word]' \
        call 'kill -9 $(shim status --json web | jq .shim_pid)' see Killed see '# ' \
        type 'exit 0\r'
    run -9 shim wait web
    [ "$(record web '[.code, .reason, .message] | @json')" = '[9,"stopped","its shim was killed"]' ]
}

@test "launch: what is written to a terminal is in the log, whoever is killed" {
    bundle "$(script 'stty size; echo one; echo two >&2; until [ -e /tmp/go ]; do sleep 0.05; done
                      seq 20000; exit 4')" '.process.consoleSize = {height: 11, width: 55}' \
        '.mounts += [{destination: "/tmp", source: "../volume", options: ["bind"]}]'
    mkdir volume
    shim launch --name web b/
    until grep -qs two /var/lib/davit/sandbox/web/stdout; do sleep 0.02; done
    for who in shim_pid keeper_pid; do
        before=$(of web $who)
        kill -9 "$before"
        until [ "$(of web $who)" != "$before" ]; do sleep 0.02; done
    done
    : > volume/go
    run -4 shim wait web
    [ "$(shim logs web | tr -d '\r' | md5sum)" = \
        "$( (echo 11 55; echo one; echo two; seq 20000) | md5sum)" ]
}

@test "-t is refused where config.json has no terminal" {
    command bundle b '.process.args = ["true"]'
    run -2 shim run -t b/
    says '--tty: config.json: /process/terminal is not true, and decides that'
}

@test "run -t: who reads nothing keeps neither the record nor anybody who waits; it ends with its caller" {
    bundle '.process.args = ["yes"]'
    mkfifo out
    sleep 100 < out 3>&- &
    reader=$!
    for end in 'destroy web' 'remove -f web'; do
        bash -c 'shim run --name web --stop-timeout 100ms b/ < /dev/null > out 3>&- & wait' 3>&- &
        caller=$!
        until_is web running
        shim_pid=$(of web shim_pid)
        # shellcheck disable=SC2086 # they are words
        run -0 timeout 20 shim $end
        if [ "$end" = 'destroy web' ]; then
            run -137 timeout 20 shim wait web
            [ -d "/proc/$shim_pid" ] # it delivers
            run -0 timeout 20 shim remove web
        fi
        kill -9 $caller
        while [ -d "/proc/$shim_pid" ]; do sleep 0.02; done
    done
    kill $reader
}
