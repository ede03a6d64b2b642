# NOTIFY_SOCKET (sd_notify(3)): the program has a socket of its own, and the host is told that it is ready.

load helpers

# A service manager: what it is told goes to ./told, a datagram a line, with the sender's pid.
manager() { # ADDRESS
    python3 -c '
import os, socket, struct, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
s.bind(sys.argv[1].replace("@", "\0", 1))
open("bound", "w")
while True:
    text, control, _, _ = s.recvmsg(4096, 1024)
    for level, kind, data in control:
        if kind == socket.SCM_CREDENTIALS: sender = struct.unpack("iii", data)[0]
        else: os.close(struct.unpack("i", data)[0]) # of a barrier: so the sender hears that it was read
    print(sender, text.decode().strip().replace("\n", " "), flush=True)' "$1" > told 3>&- &
    manager=$!
    until [ -e bound ]; do sleep 0.02; done
}
setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    manager=
}
teardown() {
    [ -z "$manager" ] || { kill "$manager"; wait "$manager" || true; }
    runtime delete --force web
    nothing_is_left
}
# A program that can use `say`: in Python, for busybox has no client for datagrams of this kind.
notifies() { # SCRIPT [FILTER...]
    bundle "$(script "$1")" '.mounts += [{destination: "/run", type: "tmpfs"},
        {destination: "/usr", source: "/usr", options: ["bind", "ro"]}]' "${@:2}"
    ln -sfn usr/lib b/rootfs/lib && ln -sfn usr/lib64 b/rootfs/lib64
    echo '#!/usr/bin/python3 -I
import os, socket, sys
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(sys.argv[1].encode(), os.environ["NOTIFY_SOCKET"])' > b/rootfs/bin/say
    chmod 755 b/rootfs/bin/say
}

@test "start waits until the program is ready; of what it says that alone is passed on, with its pid" {
    manager "$work/manager"
    export NOTIFY_SOCKET=$work/manager
    # The words of a program that is ready, and of one that would like to be somebody else.
    notifies 'echo $NOTIFY_SOCKET; ls -ld /run/notify /run/notify/*; touch /run/notify/x; until [ -e /run/go ]; do sleep 0.02; done
        say "STATUS=almost"; say "READY=11"; say "$(printf "MAINPID=1\nREADY=1\nSTOPPING=1")"; exec sleep 60'
    runtime create -b b --pid-file pid web < /dev/null > out 2>&1 3>&-
    [ ! -s told ]
    runtime start web 3>&- &
    starting=$!
    until grep -q touch out; do sleep 0.02; done
    grep -qx /run/notify/notify.sock out
    grep -qE '^srw-rw-rw- .* /run/notify/notify.sock$' out
    grep -q "touch: .*: Read-only file system" out
    kill -0 "$starting" && [ "$(status_of web)" = running ]
    env -u NOTIFY_SOCKET runtime exec web touch /run/go
    wait "$starting"
    [ "$(cut -d' ' -f2- told)" = "READY=1 MAINPID=$(cat pid)"$'\nBARRIER=1' ]
    [ "$(cut -d' ' -f1 told | sort -u)" = "$starting" ]
}

@test "run -d waits as well; a program that ends before is no failure; an abstract address will do" {
    manager "@davit-$$-$BATS_TEST_NUMBER"
    export NOTIFY_SOCKET=@davit-$$-$BATS_TEST_NUMBER
    notifies 'say READY=1; exec sleep 60'
    runtime run -d -b b --pid-file pid web < /dev/null > out 2>&1 3>&-
    [ "$(cut -d' ' -f2- told | head -n 1)" = "READY=1 MAINPID=$(cat pid)" ]
    runtime delete --force web
    : > told
    bundle '.process.args = ["true"]'
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    [ "$(status_of web)" = stopped ]
    [ ! -s told ]
}

@test "in the foreground run is the main process, and stays until the program ends" {
    manager "$work/manager"
    notifies 'say READY=1; until [ -e /run/go ]; do sleep 0.02; done; exit 7'
    NOTIFY_SOCKET=$work/manager runtime run -b b web < /dev/null > out 2>&1 3>&- &
    running=$!
    until [ -s told ]; do sleep 0.02; done
    [ "$(cat told)" = "$running READY=1 MAINPID=$running" ]
    runtime exec web touch /run/go
    code=0; wait "$running" || code=$?
    [ "$code" = 7 ]
}

@test "with a user namespace and another user; and the environment of what joins has nothing of it" {
    manager "$work/manager"
    export NOTIFY_SOCKET=$work/manager
    notifies 'say READY=1; exec sleep 60' '.process.user = {uid: 1000, gid: 1000}' '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' \
        '.mounts[-2].options = ["mode=755"]'
    chown -R 100000:100000 b/rootfs
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    grep -q READY=1 told
    run -0 runtime exec web env
    [[ $output != *NOTIFY* ]]
}

@test "who has a socket by his config.json keeps it; who has none is not waited for" {
    manager "$work/manager"
    notifies 'echo $NOTIFY_SOCKET; ls /run; exec sleep 60' '.process.env += ["NOTIFY_SOCKET=/run/mine"]'
    NOTIFY_SOCKET=$work/manager runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    until [ -s out ]; do sleep 0.02; done
    [ "$(cat out)" = /run/mine ]
    [ ! -s told ]
}

@test "a manager that is not there is an error before the program runs" {
    notifies 'exec sleep 60'
    NOTIFY_SOCKET=$work/nobody runtime create -b b web < /dev/null > out 2>&1 3>&-
    NOTIFY_SOCKET=$work/nobody run -1 runtime start web
    says "runtime: start web: open notify socket: NOTIFY_SOCKET: connect to $work/nobody: no such file or directory (ENOENT)"
    NOTIFY_SOCKET=nobody run -1 runtime start web
    says 'NOTIFY_SOCKET: "nobody" is neither a path nor a name after @'
    [ "$(status_of web)" = created ]
    runtime start web # without it nobody is to be told
    [ "$(status_of web)" = running ]
}

@test "start that is interrupted while it waits leaves the container as it is" {
    manager "$work/manager"
    export NOTIFY_SOCKET=$work/manager
    notifies 'until [ -e /run/go ]; do sleep 0.02; done; say READY=1; touch /run/said; exec sleep 60'
    runtime create -b b web < /dev/null > out 2>&1 3>&-
    runtime start web 3>&- &
    starting=$!
    until_status web running
    kill "$starting"
    code=0; wait "$starting" || code=$?
    [ "$code" = 143 ]
    env -u NOTIFY_SOCKET runtime exec web touch /run/go
    [ "$(status_of web)" = running ]
    [ ! -s told ]
}

@test "whoever makes it or waits there and dies leaves nothing that delete --force does not remove" {
    manager "$work/manager"
    export NOTIFY_SOCKET=$work/manager
    notifies 'exec sleep 60'
    for step in 'make notify folder' 'open rootfs' mount 'open notify socket' 'start program' 'wait until ready'; do
        RUNTIME_KILL_AT=$step timeout 20 runtime create -b b web < /dev/null > out 2>&1 3>&- &&
            RUNTIME_KILL_AT=$step run ! timeout 20 runtime start web 3>&-
        runtime delete --force web
        nothing_is_left
    done
}
