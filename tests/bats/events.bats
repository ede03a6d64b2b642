load helpers

# What `events` tells, in the form of runc's, on cgroup v1 and v2.

teardown() {
    [ -z "${reader-}" ] || kill "$reader" 2>/dev/null || true
    timeout 20 runtime delete --force web
    nothing_is_left
}

stats() { # FILTER: of the stats of now
    timeout 20 runtime events --stats web > stats
    [ "$(wc -l < stats)" = 1 ]
    jq -e "$1" stats > /dev/null || { jq . stats; return 1; }
}
listen() { # OPTION...: to ./heard
    timeout 60 runtime events "$@" web > heard 2> errors 3>&- &
    reader=$!
}
heard() { # TYPE
    jq -r .type heard | grep -cx "$1" || true
}

@test "--stats tells what is used now, once, with the keys of runc" {
    up '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 9}, cpu: {cpus: "0"}}'
    stats '.type == "stats" and .id == "web"'
    stats '.data | keys == ["blkio", "cpu", "cpuset", "hugetlb", "memory", "network_interfaces", "pids"]'
    stats '.data.pids == {current: 1, limit: 9}'
    stats '.data.memory | .usage.limit == 67108864 and .usage.usage > 0 and (.raw | length) > 9 and has("cache") and has("swap") and has("kernel") and has("kernelTCP")'
    stats '.data.cpu | .usage.total > 0 and (.usage | has("user") and has("kernel")) and (.throttling | keys) == ["periods", "throttledPeriods", "throttledTime"]'
    stats '.data.cpuset.cpus == [0] and .data.cpuset.mems == [0]'
    stats '.data.network_interfaces | map(select(.Name == "lo" and .RxBytes == 0)) | length == 1'
    if ! pure_v2; then stats '.data.cpu.usage | (.percpu | length) > 0 and (.percpu_user | length) == (.percpu | length)'; fi
}

@test "pressure is told where the kernel does" {
    up
    for name in cpu memory io; do
        file=/sys/fs/cgroup/davit-web/$name.pressure
        pure_v2 || file=/sys/fs/cgroup/unified/davit-web/$name.pressure
        cat "$file" > /dev/null 2>&1 || skip "no pressure here"
        key=$name; [ $name = io ] && key=blkio
        stats ".data.$key.psi | keys == [\"full\", \"some\"] and (.some | keys) == [\"avg10\", \"avg300\", \"avg60\", \"total\"] and .some.avg10 >= 0"
    done
}

@test "the same shape as runc's" {
    command -v runc || skip "no runc here"
    bundle '.process.args = ["sleep", "60"]' '.linux.resources.memory.limit = 67108864'
    runc run -d -b b other > out 2>&1 3>&- < /dev/null || skip "runc runs nothing here"
    shape() { jq -r '[paths | map(if type == "number" then 0 else . end) | join(".")] | unique | .[]'; }
    timeout 20 runc events --stats other | shape > theirs
    timeout 20 runc delete -f other
    runtime run -d -b b web > out 2>&1 3>&-
    timeout 20 runtime events --stats web | shape > ours
    # intel_rdt is not carried out. Of the rest all that runc tells is told.
    grep -v intel_rdt theirs | comm -23 - ours > missing
    diff /dev/null missing
}

@test "work is seen: memory and time" {
    running "$(script 'head -c 20m /dev/zero > /dev/shm/file; i=0; while [ $i -lt 10000 ]; do i=$((i+1)); done; echo done; sleep 60')"
    until grep -q done out; do sleep 0.02; done
    stats '.data.memory.usage.usage > 20971520 and .data.memory.cache > 20971520 and .data.cpu.usage.total > 1000000'
}

@test "a line at each interval, and the end with the container" {
    up
    listen --interval 50ms
    until [ "$(heard stats)" -ge 3 ]; do sleep 0.02; done
    runtime kill web KILL
    wait $reader
    [ "$(heard oom)" = 0 ]
    diff /dev/null errors
    [ "$(jq -r .id heard | sort -u)" = web ]
}

@test "one that is paused is told of, too, and its end while it is" {
    up
    runtime pause web
    stats '.data.pids.current == 1'
    listen --interval=50ms
    until [ "$(heard stats)" -ge 2 ]; do sleep 0.02; done
    timeout 20 runtime delete --force web
    wait $reader
}

@test "out of memory: each time, whoever is killed for it" {
    eat='dd if=/dev/zero of=/dev/null bs=200M count=1'
    running "$(script "trap '$eat' USR1; trap 'exec $eat' USR2; echo ready; while :; do sleep 0.02; done")" \
        '.linux.resources.memory = {limit: 33554432, swap: 33554432}'
    until grep -q ready out; do sleep 0.02; done
    listen --interval 1h
    # It listens once it waits: for what happened before, nobody is told.
    until [ "$(cat "/proc/$(pgrep -P $reader)/fdinfo/"* 2>/dev/null | grep -c ^tfd:)" = 2 ]; do sleep 0.02; done
    runtime kill web USR1
    until [ "$(heard oom)" -ge 1 ]; do sleep 0.02; done
    [ "$(status_of web)" = running ]
    [ "$(head -1 heard)" = '{"type":"oom","id":"web"}' ]
    before=$(heard oom)
    runtime kill web USR2
    wait $reader
    [ "$(heard oom)" -gt "$before" ]
    [ "$(heard stats)" = 0 ]
    diff /dev/null errors
}

@test "what is not there, has stopped, or is no time, is told" {
    run -1 runtime events web
    [ "$output" = "runtime: events web: container does not exist" ]
    running '.process.args = ["true"]'
    until_status web stopped
    for option in --stats --interval=1s; do
        run -1 timeout 20 runtime events $option web
        [ "$output" = "runtime: events web: container not running: it is stopped" ]
    done
    run -2 runtime events --interval 0s web
    run -2 runtime events --interval soon web
}

@test "a reader that goes ends it" {
    up
    timeout 20 runtime events --interval 20ms web 3>&- | head -2 > heard
    [ "$(heard stats)" = 2 ]
}
