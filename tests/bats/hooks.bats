# Hooks: the programs that config.json wants run at points of the container's life.

load helpers

teardown() {
    nothing_is_left
}

# A hook of the host that writes its standard input to ./POINT and a line to ./order.
hook_here() { # POINT [SHELL]
    jq -n --arg point "$1" --arg text "cat > $work/$1; echo $1 >> $work/order; ${2-}" \
        '{path: "/bin/sh", args: ["hook", "-c", $text], env: ["PATH=/bin:/usr/bin:/usr/sbin:/sbin"]}'
}
with_hook() { # POINT HOOK: the filter for it
    echo ".hooks.$1 += [$2]"
}
told() { # POINT FIELD
    jq -r ".$2" "$1"
}
writable='(.root.readonly) = false'

@test "all six run in their order, and are told the state" {
    bundle "$writable" "$(script 'echo program >> /order; cat /order')" '.annotations = {a: "1"}'
    for point in prestart createRuntime createContainer poststart poststop; do
        bundle "$(with_hook $point "$(hook_here $point)")"
    done
    bundle '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "cat > /state; echo start > /order"]}]'
    runtime create -b b web 3>&-
    [ "$(paste -sd ' ' order)" = 'prestart createRuntime createContainer' ]
    pid=$(runtime state web | jq .pid)
    [ ! -e b/rootfs/order ]
    runtime start web
    until [ "$(status_of web)" = stopped ]; do sleep 0.02; done
    [ "$(paste -sd ' ' b/rootfs/order)" = 'start program' ]
    [ "$(paste -sd ' ' order)" = 'prestart createRuntime createContainer poststart' ]
    runtime delete web
    [ "$(paste -sd ' ' order)" = 'prestart createRuntime createContainer poststart poststop' ]

    for point in prestart createRuntime; do
        [ "$(jq -c '[.id, .status, .pid, .bundle, .annotations]' $point)" = "[\"web\",\"creating\",$pid,\"$work/b\",{\"a\":\"1\"}]" ]
    done
    # The pid is as it is seen from where the hook runs.
    [ "$(jq -c '[.status, .pid]' createContainer)" = '["creating",1]' ]
    [ "$(jq -c '[.status, .pid]' b/rootfs/state)" = '["created",1]' ]
    [ "$(jq -c '[.status, .pid]' poststart)" = "[\"running\",$pid]" ]
    [ "$(jq -c '[.status, .pid]' poststop)" = '["stopped",0]' ]
}

@test "run has all of them run, too, several of a point in the order of the list" {
    bundle "$writable" '.process.args = ["true"]'
    for point in createRuntime poststart poststop; do
        bundle "$(with_hook $point "$(hook_here $point 'echo first >> order')")" "$(with_hook $point "$(hook_here $point)")"
    done
    runtime run b/
    [ "$(paste -sd ' ' order)" = 'createRuntime createRuntime poststart poststart poststop poststop' ]
    [ "$(paste -sd ' ' b/order)" = 'first first first' ] # where they run: in the bundle
}

@test "a hook gets its words and its environment, and nothing else of ours" {
    bundle '.process.args = ["true"]' "$(with_hook createRuntime '{path: "/usr/bin/env", args: ["printenv"], env: ["A=1"]}')"
    bundle "$(with_hook createRuntime "$(hook_here createRuntime 'ls -l /proc/self/fd > fds; grep Sig /proc/self/status > signals; env > env')")"
    SECRET=1 runtime run b/ 7< /etc/passwd
    [ "$(grep -c ' -> ' b/fds)" = 4 ] # ls has its folder open
    grep -q 'SigBlk:.0000000000000000' b/signals
    run ! grep SECRET b/env
}

@test "what is mounted before the pivot is there, and a hook may add to it" {
    mkdir more && echo hello > more/file
    bundle "$(script 'cat /mnt/file')" '.mounts += [{destination: "/t", type: "tmpfs", options: ["size=1m"]}]'
    mkdir -p b/rootfs/mnt
    bundle "$(with_hook createContainer "$(hook_here createContainer "findmnt -rno FSTYPE $work/b/rootfs/t > $work/t; mount --bind $work/more $work/b/rootfs/mnt")")"
    run -0 runtime run b/
    [ "$output" = hello ]
    [ "$(cat t)" = tmpfs ]
    run ! findmnt "$work/b/rootfs/mnt"
    # From outside, by way of the process.
    bundle 'del(.hooks)' "$(with_hook createRuntime "$(hook_here createRuntime "nsenter -t \$(jq .pid $work/createRuntime) -m mount --bind $work/more $work/b/rootfs/mnt")")"
    run -0 runtime run b/
    [ "$output" = hello ]
}

@test "the same with a root that shares its mounts with the host's" {
    mkdir more && echo hello > more/file
    bundle "$(script 'cat /mnt/file')" '.linux.rootfsPropagation = "rshared"'
    mkdir -p b/rootfs/mnt
    bundle "$(with_hook createContainer "$(hook_here createContainer "mount --bind $work/more $work/b/rootfs/mnt")")"
    # shellcheck disable=SC2016
    run -0 unshare -m --propagation shared sh -c 'findmnt -rno TARGET > before; runtime run b/; findmnt -rno TARGET > after'
    [ "$output" = hello ]
    diff before after
}

@test "a hook that fails ends the making, with what it said; those of poststop follow" {
    for point in prestart createRuntime createContainer startContainer; do
        rm -f order
        # A program of the container sees none of the host's files.
        failing='{path: "/bin/sh", args: ["sh", "-c", "echo no luck >&2; echo again >&2; exit 3"]}'
        bundle 'del(.hooks)' '.process.args = ["true"]' "$(with_hook $point "$failing")" "$(with_hook poststop "$(hook_here poststop)")" \
            "$(with_hook prestart "$(hook_here prestart)")"
        run -125 runtime run b/
        says "config.json: /hooks/$point/0: /bin/sh: ended with 3: no luck\\nagain"
        [ "$(tail -n 1 order)" = poststop ]
        [ "$(told poststop status)" = stopped ]
        nothing_is_left
    done
}

@test "a hook of poststart that fails stops the container" {
    bundle '.process.args = ["sleep", "60"]' "$(with_hook poststart '{path: "/bin/false"}')" "$(with_hook poststop "$(hook_here poststop)")"
    run -125 timeout 20 runtime run b/
    says 'config.json: /hooks/poststart/0: /bin/false: ended with 1'
    [ "$(told poststop status)" = stopped ]
    rm poststop
    runtime create -b b web 3>&-
    run -1 timeout 20 runtime start web
    says 'runtime: start web: run poststart hooks: config.json: /hooks/poststart/0: /bin/false: ended with 1'
    [ "$(status_of web)" = stopped ]
    [ ! -e poststop ]
    runtime delete web
    [ -e poststop ]
}

@test "a hook of poststop that fails is a warning, and the others run" {
    bundle '.process.args = ["true"]' "$(with_hook poststop '{path: "/bin/false"}')" "$(with_hook poststop '{path: "/missing"}')" \
        "$(with_hook poststop "$(hook_here poststop)")"
    run -0 runtime --debug run b/
    says 'config.json: /hooks/poststop/0: /bin/false: ended with 1'
    says 'config.json: /hooks/poststop/1: /missing: execute it: no such file or directory (ENOENT)'
    [ -e poststop ]
}

@test "a hook that takes too long is killed, with what it has started" {
    for point in createRuntime createContainer startContainer; do
        # The sleep holds the output open: nobody waits for that.
        slow='{path: "/bin/sh", args: ["sh", "-c", "sleep 61 & sleep 61"], env: ["PATH=/bin"], timeout: 1}'
        bundle 'del(.hooks)' '.process.args = ["true"]' "$(with_hook $point "$slow")"
        run -125 timeout 20 runtime run b/
        says "config.json: /hooks/$point/0: /bin/sh: has not ended after 1 s"
        run ! pgrep -fx 'sleep 61'
    done
}

@test "while a hook runs, SIGTERM and delete --force end the making" {
    bundle '.process.args = ["true"]' "$(with_hook createRuntime "$(hook_here createRuntime 'sleep 62')")" "$(with_hook poststop "$(hook_here poststop)")"
    timeout 60 runtime create -b b web 3>&- &
    until pgrep -fx 'sleep 62'; do sleep 0.02; done
    [ "$(status_of web)" = creating ]
    pkill -TERM -fx 'runtime create -b b web'
    wait $! && false
    [ -e poststop ]
    run ! pgrep -fx 'sleep 62'
    nothing_is_left

    timeout 60 runtime create -b b web 3>&- &
    until pgrep -fx 'sleep 62'; do sleep 0.02; done
    timeout 20 runtime delete --force web
    wait $! && false
    run ! pgrep -fx 'sleep 62'
}

@test "a hook that outlives its killed runtime does not" {
    bundle '.process.args = ["true"]' "$(with_hook createRuntime "$(hook_here createRuntime 'exec sleep 63')")"
    timeout 60 runtime create -b b web 3>&- &
    until pgrep -fx 'sleep 63'; do sleep 0.02; done
    pkill -KILL -fx 'runtime create -b b web'
    wait $! || true
    for ((n = 0; n < 100; n++)); do pgrep -fx 'sleep 63' || break; sleep 0.05; done
    run ! pgrep -fx 'sleep 63'
    runtime delete --force web
}

@test "a hook of the container has no more than its program: user, capabilities, filter" {
    bundle "$writable" '.process.args = ["true"]' '.process.user = {uid: 1000, gid: 1000}' \
        '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["chroot"], action: "SCMP_ACT_ERRNO"}]}' \
        '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "cat /proc/self/status > /tmp/status"]}]'
    chmod 777 b/rootfs/tmp
    for nnp in true false; do
        bundle ".process.noNewPrivileges = $nnp" 'del(.process.capabilities.ambient)'
        runtime run b/
        grep -q 'Seccomp:.2' b/rootfs/tmp/status
        grep -q 'Uid:.1000.1000.1000.1000' b/rootfs/tmp/status
        grep -q 'CapPrm:.0000000000000000' b/rootfs/tmp/status
        rm b/rootfs/tmp/status
    done
}

@test "each of their steps fails and dies: nothing is left after delete --force" {
    for point in prestart createContainer startContainer poststart poststop; do bundle "$(with_hook $point '{path: "/bin/true"}')"; done
    bundle '.process.args = ["sleep", "60"]'
    for step in 'run hooks' 'run start hooks' 'run poststart hooks'; do
        for what in FAIL KILL; do
            env "RUNTIME_${what}_AT=$step" sh -c 'timeout 20 runtime create -b b web && timeout 20 runtime start web' 3>&- || true
            runtime delete --force web
            nothing_is_left
        done
    done
    for what in FAIL KILL; do
        timeout 20 runtime create -b b web 3>&-
        run env "RUNTIME_${what}_AT=run poststop hooks" runtime delete --force web
        [ "$status" -ne 0 ]
        runtime delete --force web
        nothing_is_left
    done
}
