load helpers

# --cgroup-manager disabled: no control group is made or touched, and what needs one says so.

teardown() {
    runtime delete --force web
    nothing_is_left
}

groups_here() { find /sys/fs/cgroup -type d | sort; }

@test "the container stays in the caller's groups, and nothing is made" {
    groups_here > before
    bundle '.process.args = ["sleep", "60"]'
    runtime --cgroup-manager disabled create -b b web 3>&-
    runtime start web
    groups_here | diff before -
    diff /proc/self/cgroup "/proc/$(runtime state web | jq .pid)/cgroup"
    run -0 runtime exec web cat /proc/self/status
    says 'Name:'
    runtime kill web KILL
    until_status web stopped
    runtime delete web
    groups_here | diff before -
}

@test "the program sees the caller's groups, read-only, with a namespace and without" {
    for namespace in '.' 'del(.linux.namespaces[] | select(.type == "cgroup"))'; do
        rm -f b/config.json
        bundle "$(script "cat $(cgroup_of pids)/cgroup.procs | wc -l; mkdir $(cgroup_of pids)/below")" "$namespace"
        run -1 runtime --cgroup-manager=disabled run b/
        [ "${lines[0]}" -gt 0 ]
        says "Read-only file system"
    done
    bundle '.mounts |= map(if .type == "cgroup" then .options -= ["ro"] else . end)'
    run -125 runtime --cgroup-manager disabled run -b b web
    says 'with --cgroup-manager disabled it would show our own control groups, and is to be read-only'
}

@test "what needs groups says so, and the record remembers it" {
    bundle '.process.args = ["sleep", "60"]'
    runtime --cgroup-manager disabled run -d -b b web < /dev/null > out 2>&1 3>&-
    for verb in 'pause web' 'resume web' 'update --pids-limit 5 web' 'ps web' 'events --stats web' 'kill --all web TERM' 'exec --cgroup /a web true'; do
        run ! runtime $verb
        says 'the container has no control groups'
        says 'hint: it was made with --cgroup-manager disabled'
    done
    [ "$(status_of web)" = running ]
    runtime kill --all web KILL
    until_status web stopped
}

@test "limits are refused; device rules and a path for groups are left out with a warning" {
    bundle '.process.args = ["true"]' '.linux.cgroupsPath = "/test-none"' '.linux.resources.devices = [{allow: false, access: "rwm"}]'
    run -0 runtime --log log --cgroup-manager disabled run -b b web
    [ -z "$output" ]
    grep -q 'warning: run web: config.json: /linux/resources/devices is left out: control groups are disabled' log
    grep -q 'warning: run web: config.json: /linux/cgroupsPath is left out' log
    bundle '.linux.resources.pids.limit = 5'
    run -125 runtime --cgroup-manager disabled run -b b web
    [ "$output" = 'runtime: run web: plan: config.json: /linux/resources/pids/limit: there is no limit with --cgroup-manager disabled' ]
}

@test "whoever makes it is killed in each step: delete clears it all away" {
    bundle '.process.args = ["sleep", "60"]'
    RUNTIME_TRACE=1 runtime --cgroup-manager disabled create -b b web 2> trace 3>&-
    runtime delete web
    sed -n 's/^ *[0-9]* us  //p' trace > steps
    grep -q 'record init' steps
    while read -r step; do
        run ! env RUNTIME_KILL_AT="$step" runtime --cgroup-manager disabled create -b b web
        runtime delete --force web
        nothing_is_left
    done < steps
}
