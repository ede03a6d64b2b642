load helpers

# A filter that asks a supervisor: he has its listener before the program has its first system call.

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    agent=
    # What the runtime itself does from the filter on, whatever it may be.
    all='"execve", "sendmsg", "recvmsg", "sendto", "recvfrom", "read", "write", "close", "futex", "wait4", "poll", "nanosleep", "capset"'
}
teardown() {
    runtime delete --force web
    [ -z "$agent" ] || { kill "$agent"; wait "$agent" || true; }
    nothing_is_left
}

supervisor() {
    "$BATS_TEST_DIRNAME/seccomp_agent" "$work/socket" > told 2>&1 3>&- &
    agent=$!
    until grep -q listening told; do sleep 0.02; done
}
profile() { # NAMES: a filter that asks about these
    echo ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", listenerPath: \"$work/socket\", listenerMetadata: \"of \\\"web\\\"\",
          syscalls: [{names: [$1], action: \"SCMP_ACT_NOTIFY\"}]}"
}
states() { # JQ...: of the states that the supervisor has been told of
    grep '^{' told | jq -c "$@"
}

@test "run: the supervisor is told who it is, and what he answers is what the program gets" {
    supervisor
    bundle "$(script 'echo from the program; mkdir /tmp/a; echo "$?"')" "$(profile '"mkdir", "mkdirat"')"
    run -0 runtime run -b b web
    [ "$output" = $'from the program\nmkdir: can\'t create directory \'/tmp/a\': Invalid cross-device link\n1' ]
    [ "$(states '[.fds, .metadata, .received, .state.id, .state.status, .state.bundle, .pid == .state.pid, .pid > 1]')" = \
        "[[\"seccompFd\"],\"of \\\"web\\\"\",1,\"web\",\"created\",\"$work/b\",true,true]" ]
    [ "$(states .ociVersion)" = '"1.3.0"' ]
}

@test "create and start: it is start that passes it on, and without a supervisor the container waits on" {
    bundle "$(script 'mkdir /tmp/a; exec sleep 60')" "$(profile '"mkdir", "mkdirat"')"
    runtime create -b b web > out 2>&1 3>&-
    run -1 runtime start web
    [ "$output" = "runtime: start web: connect sockets: config.json: /linux/seccomp/listenerPath: connect to $work/socket: no such file or directory (ENOENT)" ]
    [ "$(status_of web)" = created ]
    supervisor
    runtime start web
    until grep -q cross-device out; do sleep 0.02; done
    [ "$(states .pid)" = "$(runtime state web | jq .pid)" ]
}

@test "exec: each process has a listener of its own" {
    supervisor
    up "$(profile '"mkdir", "mkdirat"')"
    run -1 runtime exec --pid-file pid web mkdir /tmp/a
    says 'Invalid cross-device link'
    [ "$(states -s length)" = 1 ] || [ "$(states . | wc -l)" = 2 ]
    [ "$(states -r .pid | tail -1)" = "$(cat pid)" ]
    [ "$(states '[.state.status, .state.pid == .pid]' | tail -1)" = '["running",false]' ]
    [ "$(states .state.pid | sort -u | wc -l)" = 1 ]
}

@test "what the supervisor is to be asked about keeps nobody from telling him" {
    supervisor
    for privileges in true false; do
        rm -f b/config.json
        bundle "$(script 'echo ran')" ".process.noNewPrivileges = $privileges" "$(profile "$all")"
        run -0 runtime run b/
        [ "$output" = ran ]
        runtime create -b b web > out 2>&1 3>&-
        runtime start web
        until grep -q ran out; do sleep 0.02; done
        until_status web stopped
        runtime delete web
    done
    [ "$(states .pid | wc -l)" = 4 ]
    bundle '.process.args = ["true"]' '.process.noNewPrivileges = true' "$(profile "${all/\"execve\", /}" | sed 's/SCMP_ACT_NOTIFY"}/SCMP_ACT_ERRNO"}, {names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}/')"
    run -0 runtime run b/
}

@test "in a user namespace, with flags of the filter" {
    supervisor
    bundle "$(script 'mkdir /tmp/a')" "$(profile '"mkdir", "mkdirat"')" '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]' '.linux.gidMappings = .linux.uidMappings' \
        ".linux.seccomp.flags = $(runtime features | jq -c '.linux.seccomp.supportedFlags')"
    chown -R 100000:100000 b/rootfs
    run -1 runtime run b/
    says 'Invalid cross-device link'
    runtime features | jq -e '.linux.seccomp.supportedFlags | index("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")'
    # The last one is about the listener; without one it changes nothing.
    bundle 'del(.linux.seccomp.listenerPath, .linux.seccomp.listenerMetadata)' '.linux.seccomp.syscalls[0].action = "SCMP_ACT_ERRNO"'
    run -1 runtime run b/
    says 'Operation not permitted'
}

@test "hooks at the start have the filter, but nobody is asked about them" {
    supervisor
    bundle "$(script 'mkdir /tmp/a')" "$(profile '"mkdir", "mkdirat"')" \
        '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "mkdir /tmp/hook; echo ended $?; exit 3"]}]'
    run -125 runtime run -b b web
    says $'Function not implemented\\nended 1'
    [ -z "$(states .)" ]
}

@test "without a supervisor, or a path to him, nothing is made; a path that nothing needs is not looked at" {
    bundle '.process.args = ["true"]' "$(profile '"mkdir"')"
    run -125 runtime run -b b web
    says "connect sockets: config.json: /linux/seccomp/listenerPath: connect to $work/socket: no such file or directory (ENOENT)"
    bundle '.linux.seccomp.listenerPath = "socket"'
    run -125 runtime run -b b web
    says '/linux/seccomp/listenerPath: "socket" is not an absolute path'
    bundle 'del(.linux.seccomp.listenerPath, .linux.seccomp.listenerMetadata)'
    run -125 runtime run -b b web
    says '/linux/seccomp: "listenerPath" is missing, SCMP_ACT_NOTIFY needs it'
    bundle "$(profile '"mkdir"')" '.linux.seccomp.syscalls[0].action = "SCMP_ACT_LOG"'
    run -0 runtime run -b b web
}

@test "a supervisor who does not take what he is sent is the end of the container" {
    supervisor
    kill -STOP "$agent"
    # More than a socket holds.
    bundle '.process.args = ["sleep", "60"]' "$(profile '"mkdir"')" '.linux.seccomp.listenerMetadata = ("x" * 3000000)'
    runtime create -b b web > out 2>&1 3>&-
    run -1 timeout 60 runtime start web
    says 'start program: config.json: /linux/seccomp/listenerPath: send a message'
    [ "$(status_of web)" = stopped ]
    kill -CONT "$agent"
}
