# What the bats files of the shim start with, after `load helpers`.

records=/var/lib/davit/containers
running=/run/davit/shim

# Nothing of a shim may outlive its container, and nothing of a test its own end.
teardown() {
    for id in $(shim list -q); do shim remove -f "$id"; done
    no_shim_is_left
    [ -z "$(ls -A $records /var/lib/davit/sandbox 2>/dev/null | grep -v :)" ]
    nothing_is_left
}
no_shim_is_left() {
    for ((i = 0; i < 200; i++)); do pgrep '^shim' >/dev/null || break; sleep 0.05; done
    [ "$i" -lt 200 ]
    [ -z "$(ls -A $running 2>/dev/null)" ]
}
record() { # ID FILTER: of exit.json
    jq -r "$2" "$records/$1/exit.json"
}
of() { # ID FIELD: of its status
    shim status --json "$1" | jq -r ".$2"
}
kill_both() { # ID: its shim and its keeper; of two that run, the second would replace the first
    local both=("$(of "$1" keeper_pid)" "$(of "$1" shim_pid)")
    kill -STOP "${both[@]}"
    kill -KILL "${both[@]}"
}
until_is() { # ID STATUS
    until [ "$(of "$1" status)" = "$2" ]; do sleep 0.02; done
}
