load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

@test "a container gets the signal, by name or by number, TERM where none is given" {
    for word in "" TERM SIGTERM sigterm 15; do
        running "$(script 'trap "echo got; exit 3" TERM; echo ready; while :; do sleep 0.02; done')"
        until grep -q ready out; do sleep 0.02; done
        runtime kill web $word
        until_status web stopped
        grep -q got out
        runtime delete web
    done
}

@test "a killed container's run ends with 137" {
    bundle '.process.args = ["sleep", "60"]'
    runtime run -b b web 3>&- &
    until runtime state web > state 2>/dev/null && [ "$(jq -r .status state)" = running ]; do sleep 0.02; done
    runtime kill web KILL
    rc=0; wait $! || rc=$?
    [ "$rc" = 137 ]
}

@test "what is no signal is refused, with 2" {
    running '.process.args = ["sleep", "60"]'
    for word in "" FLY SIG 65 -1 1x RTMIN-1 RTMIN+31; do
        run -2 runtime kill -- web "$word"
        says "runtime: kill: \"$word\" is no signal"
    done
    runtime kill web 0
    runtime kill web RTMIN+3
    runtime kill web 64
}

@test "no container, and one that has stopped, are told in the words that engines look for" {
    run -1 runtime kill web
    [ "$output" = "runtime: kill web: container does not exist" ]
    running '.process.args = ["true"]'
    until_status web stopped
    run -1 runtime kill web
    says "container not running"
    run -0 runtime kill --all web KILL
    [ -z "$output" ]
}

@test "--all reaches every process of it" {
    running "$(script 'sleep 1001 & trap "exit 0" USR1; while :; do sleep 0.02; done')"
    until pgrep -f 'sleep 1001'; do sleep 0.02; done
    runtime kill -a web USR1
    until_status web stopped
    run ! pgrep -f 'sleep 1001'
}

@test "without a PID namespace KILL reaches all that is left in its groups" {
    running "$(script 'sleep 1002 & sleep 1003')" '.linux.namespaces |= map(select(.type != "pid"))'
    until pgrep -f 'sleep 1002' && pgrep -f 'sleep 1003'; do sleep 0.02; done
    runtime kill web KILL
    while pgrep -f 'sleep 100[23]'; do sleep 0.02; done
    until_status web stopped
}

@test "--regex takes all that match" {
    bundle '.process.args = ["sleep", "60"]'
    for id in web-1 web-2 other; do runtime run -d -b b "$id" 3>&-; done
    runtime kill --regex '^web-[0-9]$' KILL
    until_status web-1 stopped
    until_status web-2 stopped
    [ "$(status_of other)" = running ]
    run -2 runtime kill --regex '[' KILL
    says '--regex: "["'
    run -1 runtime delete --regex '^(web|oth)'
    says 'runtime: delete: other: container is not stopped: running'
    runtime delete --force --regex '^(web|oth)'
    [ -z "$(runtime list -q)" ]
}
