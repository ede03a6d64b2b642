# The control groups of a program that joins a container.

load helpers

teardown() {
    [ -z "${frozen-}" ] || thaw
    runtime delete --force web
    nothing_is_left
}

groups_of() { # PID
    sort "/proc/$1/cgroup"
}
in_background() { # OPTION...
    runtime exec -d --pid-file pid "$@" web sleep 50 < /dev/null > /dev/null 2>&1 3>&-
}
freeze() {
    frozen=$(cgroup_of freezer davit-web)
    v1_or_v2 FROZEN 1 > "$frozen/$(v1_or_v2 freezer.state cgroup.freeze)"
    until grep -qx "$(v1_or_v2 FROZEN 'frozen 1')" "$frozen/$(v1_or_v2 freezer.state cgroup.events)"; do sleep 0.02; done
}
thaw() {
    v1_or_v2 THAWED 0 > "$frozen/$(v1_or_v2 freezer.state cgroup.freeze)"
    frozen=
}

@test "it is born in the container's groups, and the limits of those hold" {
    up '.linux.resources = {memory: {limit: 16777216}, pids: {limit: 4}}'
    in_background
    [ "$(groups_of "$(cat pid)")" = "$(groups_of "$(runtime state web | jq .pid)")" ]
    in_background
    run -125 runtime exec web true # one more than the program is needed to make it
    says 'resource temporarily unavailable (EAGAIN)'
    says 'hint: its limit of processes is reached'
}

@test "--cgroup is a group below the container's" {
    up
    top=$(cgroup_of memory davit-web)
    mkdir "$top/sub"
    if pure_v2; then
        in_background --cgroup sub
    else
        in_background --cgroup memory:/sub
        grep -q ':memory:/davit-web/sub$' "/proc/$(cat pid)/cgroup"
        grep -q ':pids:/davit-web$' "/proc/$(cat pid)/cgroup"
    fi
    grep -qx "$(cat pid)" "$top/sub/cgroup.procs"
    run -125 runtime exec --cgroup nowhere web true
    says 'find control groups: --cgroup: "nowhere": control group '
    says '/davit-web/nowhere is not there'
    run -125 runtime exec --cgroup ../davit-web web true
    says '--cgroup: "../davit-web": it has a component ".."'
    run -125 runtime exec --cgroup nothing:sub web true
    says "$(v1_or_v2 'the container has no v1 group with the controller "nothing"' 'a path alone is to be given')"
    in_background --cgroup /
    [ "$(groups_of "$(cat pid)")" = "$(groups_of "$(runtime state web | jq .pid)")" ]
}

@test "--cgroup PATH counts in all v1 hierarchies" {
    if pure_v2; then skip "there is one"; fi
    up
    run -125 runtime exec --cgroup sub web true
    says '/davit-web/sub is not there'
    for top in /sys/fs/cgroup/*/davit-web; do
        [[ $top = */unified/* ]] || mkdir "$top/sub"
        for file in "$top"/cpuset.{cpus,mems}; do [ ! -e "$file" ] || cat "$file" > "$top/sub/${file##*/}"; done
    done
    in_background --cgroup sub
    [ "$(grep -c '/davit-web/sub$' "/proc/$(cat pid)/cgroup")" = "$(grep -vc '^0:' "/proc/$(cat pid)/cgroup")" ]
}

@test "where the container's v2 group takes no processes it goes where init is" {
    up
    top=$(v1_or_v2 /sys/fs/cgroup/unified /sys/fs/cgroup)/davit-web
    [ "$(cat "$top/cgroup.controllers")" ] || skip "this v2 hierarchy has no controller"
    mkdir "$top/sub"
    for pid in $(cat "$top/cgroup.procs"); do echo "$pid" > "$top/sub/cgroup.procs"; done
    # Of those that are no threaded ones: with them it may take none.
    controller=$(grep -oE 'memory|io|hugetlb|rdma|misc' "$top/cgroup.controllers" | head -1)
    echo "+$controller" > "$top/cgroup.subtree_control"
    in_background
    grep -qx "$(cat pid)" "$top/sub/cgroup.procs"
    # Init may go where it is none of the container's.
    mkdir "${top%/*}/elsewhere"
    echo "$(runtime state web | jq .pid)" > "${top%/*}/elsewhere/cgroup.procs"
    run -125 runtime exec web true
    says 'enter container: init has left its control group '
    runtime delete --force web
    rmdir "${top%/*}/elsewhere"
}

@test "a container that is paused is not entered" {
    up
    freeze
    run -125 timeout 10 runtime exec web true
    says 'runtime: exec web: find container: container is paused, and nothing would run in it'
    says 'hint: with --ignore-paused it runs once the container is resumed'
    thaw
    runtime exec web true
}

@test "with --ignore-paused it waits, and a signal ends the waiting" {
    up
    freeze
    timeout 20 runtime exec --ignore-paused web sh -c 'echo done; exit 3' > out 3>&- &
    until pgrep runtime:exec || pgrep -P $! -P "$(pgrep -P $!)"; do sleep 0.02; done
    [ ! -s out ]
    thaw
    rc=0; wait $! || rc=$?
    [ "$rc" = 3 ]
    [ "$(cat out)" = done ]
    freeze
    runtime exec --ignore-paused web true 3>&- 2> told &
    until [ "$(pgrep -P $!)" ]; do sleep 0.02; done
    kill -TERM $!
    rc=0; wait $! || rc=$?
    [ "$rc" = 143 ]
    grep -q 'enter container: stopped by SIGTERM' told
    thaw
}
