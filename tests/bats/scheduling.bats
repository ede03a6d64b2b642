# How the kernel treats the program: scheduler, I/O priority, memory policy, personality.

load helpers

teardown() {
    nothing_is_left
}

# chrt, ionice and numactl are the host's: the container's process is looked at from outside.
started() { # FILTER...: a container `web` that sleeps; its pid in $pid
    up "$@"
    pid=$(runtime state web | jq .pid)
}

@test "scheduler: nice, batch, idle, real time, deadline" {
    started '.process.scheduler = {policy: "SCHED_BATCH", nice: 7}'
    chrt -p "$pid" | grep -q 'policy: SCHED_BATCH$'
    [ "$(ps -o nice= -p "$pid" | tr -d ' ')" = 7 ]
    runtime delete --force web
    started '.process.scheduler = {policy: "SCHED_IDLE"}'
    chrt -p "$pid" | grep -q 'policy: SCHED_IDLE$'
    runtime delete --force web
    # A user who could not have it by himself gets it as well.
    started '.process.user = {uid: 1000, gid: 1000}' '.process.scheduler = {policy: "SCHED_OTHER", nice: -5}'
    [ "$(ps -o nice= -p "$pid" | tr -d ' ')" = -5 ]
    # One that joins has what its own words say, else what the container's do.
    [ "$(runtime exec web cut -d ' ' -f 19 /proc/self/stat)" = -5 ]
    jq '.process | .args = ["cut", "-d", " ", "-f", "19", "/proc/self/stat"] | .scheduler = {policy: "SCHED_OTHER", nice: 3}' b/config.json > process.json
    [ "$(runtime exec -p process.json web)" = 3 ]
    runtime delete --force web
}

@test "scheduler: real time and deadlines, where this host has time for them" {
    if [ -e "$(cgroup_of cpu)/cpu.rt_runtime_us" ]; then
        bundle '.process.scheduler = {policy: "SCHED_RR", priority: 10}'
        run -125 runtime run b/
        says 'set the scheduler to SCHED_RR: operation not permitted (EPERM)'
        says 'hint: a group of cgroup v1 has no time for it without /linux/resources/cpu/realtimeRuntime'
        return
    fi
    chrt -f 1 true || skip "no real time for this group"
    started '.process.scheduler = {policy: "SCHED_RR", priority: 10, flags: ["SCHED_FLAG_RESET_ON_FORK"]}'
    chrt -p "$pid" > told
    grep -q 'policy: SCHED_RR|SCHED_RESET_ON_FORK$' told
    grep -q 'priority: 10$' told
    runtime delete --force web
    chrt -d -T 1000000 -D 5000000 -P 10000000 0 true || skip "no deadlines in this group"
    started '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 1000000, deadline: 5000000, period: 10000000}'
    chrt -p "$pid" > told
    grep -q 'policy: SCHED_DEADLINE$' told
    grep -q 'parameters: 1000000/5000000/10000000$' told
    runtime delete --force web
}

@test "scheduler: what the kernel does not take is told with its place" {
    bundle '.process.scheduler = {policy: "SCHED_DEADLINE", runtime: 5, deadline: 4, period: 3}'
    run -125 runtime run b/
    says 'set scheduling: config.json: /process/scheduler: set the scheduler to SCHED_DEADLINE: invalid argument (EINVAL)'
}

@test "I/O priority" {
    for class in 'RT 3:realtime: prio 3' 'BE 6:best-effort: prio 6' 'IDLE 7:idle'; do
        words=${class%%:*}
        started ".process.ioPriority = {class: \"IOPRIO_CLASS_${words% *}\", priority: ${words#* }}"
        [ "$(ionice -p "$pid")" = "${class#*:}" ]
        runtime delete --force web
    done
}

@test "memory policy" {
    [ -e /proc/self/numa_maps ] || skip "a kernel without NUMA"
    started '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
    grep -q 'bind=static:0' "/proc/$pid/numa_maps"
    runtime delete --force web
    bundle '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "1023"}'
    run -125 runtime run b/
    says 'config.json: /linux/memoryPolicy: set the memory policy to MPOL_BIND: invalid argument (EINVAL)'
}

@test "personality" {
    bundle '.process.args = ["uname", "-m"]' '.linux.personality = {domain: "LINUX32"}'
    [ "$(runtime run b/)" = i686 ]
    bundle '.linux.personality.domain = "LINUX"'
    [ "$(runtime run b/)" = x86_64 ]
}
