# Whom the kernel killed for memory, and who was killed by somebody else.

load helpers
load shim_helpers

hog='dd if=/dev/zero of=/dev/null bs=200M count=1'

in_32m() { # SCRIPT
    bundle '.linux.resources.memory.limit = 33554432' "$(script "$1")"
}
until_seen() { # COUNT
    until [ "$(of web oom_kills)" = "$1" ]; do sleep 0.02; done
}

@test "run: a memory hog is told as one, with the group, its limit and its peak" {
    in_32m "exec $hog"
    run -137 shim run --name web b/
    [ "$(record web '[.code, .reason, .oom.victim, .oom.limit, .oom.kills] | @json')" = '[137,"oom","init",33554432,1]' ]
    [ "$(record web '.oom.peak')" -gt 30000000 ]
    [[ $(record web .oom.cgroup) = /sys/fs/cgroup/*davit-web* ]]
}

@test "a child was killed for memory, and later the first process by somebody else" {
    in_32m "$hog; $hog; while :; do sleep 0.05; done"
    for end in 'kill web KILL' 'destroy --timeout 0 web'; do
        shim launch --name web b/
        until_seen 2
        # shellcheck disable=SC2086 # they are words
        shim $end
        run -137 shim wait web
        [ "$(record web '[.signal, .oom.victim, .oom.kills] | @json')" = '[9,"child",2]' ]
        [ "$(record web .reason)" = "$([[ $end = kill* ]] && echo signaled || echo stopped)" ]
        shim remove web
    done
}

@test "a child was killed for memory, and then the first process, too; whoever watches" {
    in_32m "$hog; while [ ! -e /end ]; do sleep 0.05; done; exec $hog"
    for who in nobody shim keeper; do
        shim launch --name web b/
        until_seen 1
        if [ $who != nobody ]; then
            before=$(of web ${who}_pid)
            kill -9 "$before"
            until [ "$(of web ${who}_pid)" != "$before" ]; do sleep 0.02; done
            until_seen 1
        fi
        touch b/rootfs/end
        run -137 shim wait web
        [ "$(record web '[.signal, .reason, .oom.victim, .oom.kills] | @json')" = '[9,"oom","init",2]' ]
        shim remove web
        rm b/rootfs/end
    done
}

@test "a successor knows which of those that were killed were children" {
    in_32m "$hog; while :; do sleep 0.05; done"
    shim launch --name web b/
    until_seen 1
    before=$(of web shim_pid)
    kill -9 "$before"
    until [ "$(of web shim_pid)" != "$before" ]; do sleep 0.02; done
    until_seen 1
    shim kill web KILL
    run -137 shim wait web
    [ "$(record web '[.reason, .oom.victim] | @json')" = '["signaled","child"]' ]
}

@test "a program that ends by itself after a child was killed for memory has its own code" {
    in_32m "$hog; exit 4"
    run -4 shim run --name web b/
    [ "$(record web '[.reason, .oom.victim] | @json')" = '["exited","child"]' ]
}
