load helpers

# Limits that are changed while a container lives, on cgroup v1 and v2.

teardown() {
    timeout 20 runtime delete --force web
    nothing_is_left
}

holds() { # CONTROLLER FILE TEXT: the file of its group has a line that is the text
    run -0 cat "$(cgroup_of "$1" davit-web)/$2"
    grep -qxFe "$3" <<<"$output" || says "$3 in $2"
}
memory_is() { # BYTES
    if pure_v2; then holds memory memory.max "$1"; else holds memory memory.limit_in_bytes "$1"; fi
}
pids_are() { holds pids pids.max "$1"; }

@test "every option" {
    up
    runtime update --memory 64m --memory-reservation 32m --memory-swap 96m --cpu-period 200000 --cpu-quota 50000 \
        --cpu-burst 10000 --cpu-share 512 --cpuset-cpus 0 --cpuset-mems 0 --pids-limit 20 web
    memory_is 67108864
    pids_are 20
    holds cpuset cpuset.cpus 0
    holds cpuset cpuset.mems 0
    if pure_v2; then
        holds memory memory.low 33554432
        holds memory memory.swap.max 33554432
        holds cpu cpu.max '50000 200000'
        holds cpu cpu.max.burst 10000
        holds cpu cpu.weight 59
    else
        holds memory memory.soft_limit_in_bytes 33554432
        holds memory memory.memsw.limit_in_bytes 100663296
        holds cpu cpu.cfs_period_us 200000
        holds cpu cpu.cfs_quota_us 50000
        holds cpu cpu.cfs_burst_us 10000
        holds cpu cpu.shares 512
    fi
    runtime update web --cpu-burst 0 --cpu-quota -1 --pids-limit -1
    pids_are max
    if pure_v2; then holds cpu cpu.max 'max 200000'; else holds cpu cpu.cfs_quota_us -1; fi
    runtime update --cpu-idle 1 web
    holds cpu cpu.idle 1
    runtime update web --memory -1 --memory-swap=-1
    if pure_v2; then memory_is max; else memory_is 9223372036854771712; fi
    ! runtime state web | grep -q limits
    if ! pure_v2; then
        runtime update -r - web <<<'{"memory": {"disableOOMKiller": true}}'
        holds memory memory.oom_control 'oom_kill_disable 1'
        runtime update -r - web <<<'{"memory": {"disableOOMKiller": false}}'
        holds memory memory.oom_control 'oom_kill_disable 0'
    fi
}

@test "what is not named stays as it is" {
    up '.linux.resources = {memory: {limit: 67108864, swap: 100663296}, cpu: {quota: 50000, period: 100000}, pids: {limit: 9}}'
    runtime update --cpu-period 200000 web
    pids_are 9
    memory_is 67108864
    if pure_v2; then holds cpu cpu.max '50000 200000'; else holds cpu cpu.cfs_quota_us 50000; fi
    runtime update --memory-swap 128m web
    memory_is 67108864
    if pure_v2; then holds memory memory.swap.max 67108864; else holds memory memory.memsw.limit_in_bytes 134217728; fi
}

@test "limits that bound each other are raised and lowered together" {
    up '.linux.resources.memory = {limit: 33554432, swap: 33554432}' '.linux.resources.cpu = {quota: 50000, period: 100000, burst: 50000}'
    for size in 128m 16m 64m; do
        runtime update --memory $size --memory-swap $size web
    done
    memory_is 67108864
    if ! pure_v2; then # one of them alone cannot go above the other
        run -1 runtime update --memory 128m web
        says 'write limits: /linux/resources/memory/limit: write "134217728" to '
        says 'hint: the limit of memory (limit) cannot be above that of memory and swap together (swap); both can be changed at once'
        memory_is 67108864
    fi
    for us in 10000 90000 5000; do
        runtime update --cpu-quota $us --cpu-burst $us web
    done
    if pure_v2; then holds cpu cpu.max '5000 100000'; else holds cpu cpu.cfs_quota_us 5000; fi
}

@test "JSON, from a file and from standard input, as engines send it" {
    up
    echo '{"memory": {"limit": 67108864}, "pids": {"limit": 7}, "devices": [{"allow": true, "access": "rwm"}]}' > limits
    runtime update --resources limits web
    memory_is 67108864
    pids_are 7
    runtime update --resources=- web <<<'{"pids": {"limit": 8}}'
    pids_are 8
    runtime update -r - web <<<'{}'
    pids_are 8
    if pure_v2; then
        runtime update -r - web <<<'{"unified": {"memory.high": "33554432"}}'
        holds memory memory.high 33554432
    fi
    run -1 runtime update -r - web <<<'{"memory": {"limit": "much"}}'
    says 'runtime: update web: read limits: standard input:1:22: /memory/limit: '
    run -1 runtime update -r - web < <(head -c 5000000 /dev/zero)
    says 'runtime: update web: read limits: read standard input: larger than 4194304 bytes'
    run -1 runtime update -r nowhere web
    says 'runtime: update web: read limits: open nowhere: no such file or directory (ENOENT)'
}

@test "what fails is put back, all of it" {
    up '.linux.resources = {memory: {limit: 67108864, swap: 67108864}, cpu: {shares: 512}, pids: {limit: 9}}'
    limits() { (cd /sys/fs/cgroup && grep -rs . --include='*.max' --include='*limit_in_bytes' --include='cpu.shares' --include='cpu.weight' \
        --include='cpu.idle' --include='cpu.cfs*' --include='*cpus' --include='*_device' $(find . -type d -name davit-web)); }
    limits > before
    while read -r json; do
        run -1 runtime update -r - web <<<"$json"
        says 'runtime: update web: write limits: /linux/resources/'
        limits | diff before -
    done <<'END'
{"memory": {"limit": 134217728, "swap": 134217728}, "pids": {"limit": 3}, "cpu": {"cpus": "9999"}}
{"cpu": {"idle": 1, "cpus": "9999"}}
{"cpu": {"quota": 20000, "period": 50000, "shares": 2000, "mems": "99"}}
{"memory": {"limit": 33554432, "swap": 33554432}, "blockIO": {"throttleReadBpsDevice": [{"major": 4000, "minor": 1, "rate": 1}]}}
END
    [ ! -e /run/davit/runtime/web/limits ]
}

@test "a limit below what is in use is refused, where the container asks for that or the kernel does" {
    running "$(script 'head -c 40m /dev/zero > /dev/shm/file; echo full; sleep 60')" '.linux.resources.memory = {limit: 134217728, checkBeforeUpdate: true}'
    until grep -q full out; do sleep 0.02; done
    swapoff -a || true
    run -1 timeout 60 runtime update --memory 8m --memory-swap 8m web
    says 'runtime: update web: write limits: /linux/resources/memory/'
    memory_is 134217728
    [ "$(status_of web)" = running ]
}

@test "one that waits for start, and one that is paused, take limits too; what has stopped takes none" {
    bundle '.process.args = ["sleep", "60"]'
    runtime create -b b web 3>&-
    runtime update --pids-limit 5 web
    runtime start web
    runtime pause web
    timeout 20 runtime update --pids-limit 6 web
    pids_are 6
    [ "$(status_of web)" = paused ]
    runtime kill web KILL
    until_status web stopped
    run -1 runtime update --pids-limit 7 web
    [ "$output" = "runtime: update web: find container: container not running: it is stopped" ]
}

@test "what is wrong or not carried out is told, and changes nothing" {
    up '.linux.resources.pids.limit = 9'
    run -2 runtime update web
    [ "$output" = "runtime: update web: read limits: no limit is given" ]
    run -2 runtime update web -r - --pids-limit 3 <<<'{}'
    says 'limits are told by --resources or by options, not both'
    run -1 runtime update web --pids-limit 3 --l3-cache-schema L3:0=ff
    says '--l3-cache-schema: Intel RDT is not carried out yet'
    for wrong in '--memory much' '--memory -2' '--cpu-share -1' '--cpu-idle 2' '--blkio-weight 70000' '--pids-limit 1x' '--cpu-quota'; do
        run -2 runtime update web $wrong
    done
    run -0 runtime --debug update web --kernel-memory 5
    says '--kernel-memory changes nothing: no kernel has it'
    pids_are 9
    run -1 runtime update gone --pids-limit 3
    [ "$output" = "runtime: update gone: find container: container does not exist" ]
}

@test "each step fails once, and dies once: the next update begins where all was as before" {
    up '.linux.resources.pids.limit = 9'
    RUNTIME_TRACE=1 runtime update --pids-limit 9 web 2> trace
    sed -n 's/^ *[0-9]* us  //p' trace > steps
    [ "$(wc -l < steps)" = 7 ]
    while read -r step; do
        run -1 env RUNTIME_FAIL_AT="$step" runtime update --pids-limit 4 web
        [ "$output" = "runtime: update web: $step: failed on request" ]
        pids_are 9
        run -132 env RUNTIME_KILL_AT="$step" runtime update --pids-limit 4 web
        [ "$(status_of web)" = running ]
        runtime update -r - web <<<'{}'
        pids_are 9
    done < steps
    [ ! -e /run/davit/runtime/web/limits ]
    run -132 env RUNTIME_KILL_AT='forget old limits' runtime update --pids-limit 4 web
    pids_are 4
    [ -e /run/davit/runtime/web/limits ]
    runtime delete --force web
    nothing_is_left
}
