load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

@test "a container is created, started once, stops and is deleted" {
    bundle "$(script 'echo hello; sleep 0.1; exit 4')"
    runtime create -b b web > out 2>&1 3>&-
    [ ! -s out ]
    [ "$(status_of web)" = created ]
    run -1 runtime create -b b web
    [ "$output" = "runtime: create web: take id: container with this id already exists" ]
    [ "$(status_of web)" = created ]
    run -0 runtime start web
    [ -z "$output" ]
    run -1 runtime start web
    says "runtime: start web: find container: container "
    until_status web stopped
    [ "$(cat out)" = hello ]
    run -1 runtime start web
    says "container not running: it has stopped"
    run -0 runtime delete web
    [ -z "$output" ]
    run -1 runtime state web
    [ "$output" = "runtime: state web: container does not exist" ]
}

@test "the options may follow the id, and have one dash" {
    bundle '.process.args = ["true"]'
    runtime -root "$PWD/r" --rootless=false --systemd-cgroup=false --log-format json create web -bundle b -detach -no-new-keyring --no-subreaper 3>&-
    runtime --root "$PWD/r" start web
    runtime delete --root "$PWD/r" --force web
    [ -z "$(ls -A r)" ]
}

@test "--pidfd-socket gets the pidfd of its first process" {
    bundle '.process.args = ["true"]'
    "$BATS_TEST_DIRNAME/pidfd_receiver" socket > received 3>&- &
    until grep -qs listening received; do sleep 0.02; done
    runtime create -b b --pidfd-socket socket --pid-file pid web 3>&-
    wait $!
    [ "$(tail -n 1 received)" = "standard $(cat pid) b''" ]
    runtime delete web
}

@test "what create cannot do ends with 1 and leaves nothing" {
    bundle '.process.args = ["nope"]'
    run -1 runtime create -b b web
    [ "$output" = 'runtime: create web: init: find program: exec "nope": executable file not found in $PATH' ]
    bundle '.process.args = ["/etc"]'
    run -1 runtime create -b b web
    says "is a directory: permission denied (EACCES)"
    bundle '.process.args = ["true"]'
    run -1 runtime create -b b --pid-file nowhere/pid web
    says "runtime: create web: write pid file: make nowhere/pid: no such file or directory (ENOENT)"
    run -1 runtime create -b b ../web
    says '"../web" is not an id'
    run -1 runtime create -b b --preserve-fds 7 web
    says 'is to be passed on, and is closed'
    run -1 runtime create -b b --pidfd-socket nowhere web
    says "runtime: create web: connect sockets: connect to nowhere: no such file or directory (ENOENT)"
    for option in --systemd-cgroup --cgroup-manager=systemd --rootless=true; do
        run -1 runtime "$option" create -b b web
        says "is not carried out yet"
    done
    [ -z "$(ls -A /run/davit/runtime)" ]
}

@test "a config elsewhere takes the place of the bundle's" {
    bundle "$(script 'exit 5')"
    mv b/config.json other.json
    run -5 runtime run -b b --config other.json web
}

@test "the pid file is whole, has the pid alone, and goes with what failed" {
    bundle '.process.args = ["sleep", "60"]'
    umask 027
    runtime create -b b --pid-file pid web 3>&-
    [ "$(stat -c %a pid)" = 640 ]
    [ "$(cat pid)" = "$(runtime state web | jq .pid)" ]
    [ "$(wc -l < pid)" = 0 ]
    runtime delete --force web
    run -1 env RUNTIME_FAIL_AT='record created' runtime create -b b --pid-file pid2 web
    [ "$output" = "runtime: create web: record created: failed on request" ]
    [ ! -e pid2 ]
}

@test "descriptors are kept for the program only where they were asked for" {
    bundle "$(script 'ls /proc/self/fd | wc -l; (cat <&4) 2>/dev/null')"
    echo text > file
    exec 4< file
    run runtime run b/ --preserve-fds 2 3</dev/null
    [ "$output" = $'6\ntext' ] # ls opens the folder as one more
    run runtime run b/ 3>&-
    [ "$output" = 4 ]
}

@test "the program has a session keyring of its own, unless it is to have ours" {
    tell='import ctypes; b = ctypes.create_string_buffer(99); ctypes.CDLL(None).syscall(250, 6, -3, b, 99); print(b.value)'
    bundle '.root.path = "/"' "$(jq -rn --arg tell "$tell" '".process.args = \(["python3", "-c", $tell])"')"
    with_keyring() { # COMMAND...: in a session keyring of this name
        python3 -c 'import ctypes, os, sys
assert ctypes.CDLL(None).syscall(250, 1, b"ours") > 0
os.execvp(sys.argv[1], sys.argv[1:])' "$@"
    }
    run -0 with_keyring runtime run b/
    says ';_ses'
    run -0 with_keyring runtime run --no-new-keyring b/
    says ';ours'
}

@test "no signal is ignored in the program, whatever its caller ignores" {
    bundle '.process.args = ["grep", "SigIgn", "/proc/self/status"]'
    run -0 sh -c 'trap "" HUP INT PIPE USR1 TSTP; exec runtime run b/'
    says $'SigIgn:\t0000000000000000'
}

@test "a program that cannot be executed is told by start, and the container has stopped" {
    bundle '.process.args = ["/etc/passwd"]'
    chmod +x b/rootfs/etc/passwd
    runtime create -b b web 3>&-
    run -1 runtime start web
    [ "$output" = 'runtime: start web: start program: execute: exec "/etc/passwd": exec format error (ENOEXEC)' ]
    until_status web stopped
}

# What execve closes can be reached for a moment after `start` has heard of it.
@test "init closes the start socket itself: who has seen start return finds the container running" {
    [ -z "${SAN-}" ] || skip "strace does not go with the sanitizers"
    bundle '.process.args = ["sleep", "1000"]'
    strace -f -o trace -e trace=accept4,close,execve runtime create -b b web > out 2>&1 < /dev/null 3>&- &
    until_status web created
    runtime start web
    [ "$(status_of web)" = running ]
    runtime delete --force web
    wait $!
    socket=$(sed -n 's/.* accept4(\([0-9]*\),.*/\1/p' trace | head -n 1)
    sed '1,/ accept4(/d; / execve("/,$d' trace | grep " close($socket)"
}

@test "of many that start a container at once one succeeds" {
    bundle '.process.args = ["sleep", "60"]'
    runtime create -b b web 3>&-
    for i in 1 2 3 4 5 6; do (runtime start web 2> "err$i" && touch "won$i") & done
    wait
    [ "$(ls won* | wc -l)" = 1 ]
    [ "$(status_of web)" = running ]
}

@test "until create has committed, the container is creating for everybody" {
    [ -z "${SAN-}" ] || skip "strace does not go with the sanitizers"
    bundle '.process.args = ["sleep", "60"]'
    # It is stopped between the socket and the record, before anybody listens there and after.
    for call in bind listen; do
        strace -o /dev/null -e trace="$call" -e inject="$call":signal=STOP runtime create -b b web 3>&- &
        until [ -S /run/davit/runtime/web/start ]; do kill -0 $!; sleep 0.02; done
        [ $call = bind ] || until grep -q ' 00010000 .*/start$' /proc/net/unix; do kill -0 $!; sleep 0.02; done
        [ "$(status_of web)" = creating ]
        [ "$(runtime list -f json | jq -r '.[].status')" = creating ]
        run -1 runtime start web
        [ "$output" = "runtime: start web: find container: container is creating, not created" ]
        for all in '' --all; do
            run -1 runtime kill $all web KILL
            [ "$output" = "runtime: kill web: container not running: it is creating" ]
        done
        run -1 runtime delete web
        [ "$output" = "runtime: delete web: container is not stopped: creating" ]
        kill -CONT "$(pgrep -P $!)"
        wait $!
        [ "$(status_of web)" = created ]
        runtime delete web
    done
}

@test "a start that was killed before its word leaves the container created" {
    bundle '.process.args = ["true"]'
    runtime create -b b web 3>&-
    RUNTIME_KILL_AT='start program' runtime start web || true
    [ "$(status_of web)" = created ]
    runtime start web
}

@test "a created container needs none of its files: nothing that is changed later changes it" {
    bundle "$(script 'exit 0')"
    runtime create -b b web 3>&-
    echo '{}' > b/config.json
    runtime start web
    until_status web stopped
}

@test "what stops the making undoes it" {
    # A signal that waits from the beginning is as good as one that comes at any time.
    bundle '.process.args = ["true"]'
    for signal in INT TERM HUP QUIT; do
        python3 -c 'import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
os.kill(os.getpid(), getattr(signal, "SIG" + sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])' "$signal" runtime create -b b web > out 2>&1 && return 1
        [ "$(cat out)" = "runtime: create web: init: stopped by SIG$signal" ]
        [ -z "$(ls -A /run/davit/runtime)" ]
    done
}

@test "--timeout: what takes longer to make is undone; what runs then is not concerned" {
    bundle '.hooks.createRuntime = [{path: "/bin/sleep", args: ["sleep", "1000"]}]'
    run -1 runtime create --timeout 200ms -b b web
    says "runtime: create web: init: the time of --timeout is over"
    nothing_is_left
    bundle '.hooks = {}' "$(script 'sleep 0.3; exit 7')"
    run -7 runtime run --timeout 200ms b/
    run -2 runtime create --timeout soon -b b web
    nothing_is_left
}
