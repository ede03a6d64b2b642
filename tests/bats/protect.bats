load helpers

bundle() { # DIR FILTER...: a bundle in ./DIR
    command bundle "$@"
}
setup() {
    work=$BATS_TEST_TMPDIR
    [ -z "${SAN-}" ] || skip "its own file is a container's program, which has no libraries for a dynamic one"
    cd "$work" || return
}
teardown() {
    nothing_is_left
}
without_open_tree=(strace -o trace -e inject=open_tree:error=EPERM:when=1)

@test "a container whose program is the runtime's own file gets the runtime, and no more" {
    bundle b '.process.args = ["/proc/self/exe", "--version"]'
    run -0 runtime run b/
    [ "$output" = "$(runtime --version)" ]
    printf '#!/proc/self/exe --version\n' > b/rootfs/bin/trap
    chmod +x b/rootfs/bin/trap
    bundle b '.process.args = ["trap"]'
    run -0 runtime run b/ # as --version /bin/trap
    [ "$output" = "$(runtime --version)" ]
}

# Container `a` is the attacker: its root waits for the runtime to come into its process namespace
# and to execute itself, holds its file, and writes to it, then and after it has ended. It comes with
# container `b`, and stays as long as its output, a FIFO, is full.
attacked() { # WRAPPER...
    bundle a "$(script 'until v=$(grep -lx exe /proc/[0-9]*/comm); do sleep 0.01; done; v=${v%/comm}
        exec 9<$v/exe
        (echo evil > $v/exe) && echo written
        mount -o remount,bind,rw $v/exe && echo remounted
        kill -9 ${v#/proc/}; while [ -e $v ]; do sleep 0.01; done
        (echo evil > /proc/self/fd/9) && echo written')" \
        '.process.capabilities[] += ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]'
    timeout 20 runtime run -b a attacker > found 2>&1 3>&- &
    until pid=$(jq -e '.init.pid | select(. > 0)' /run/davit/runtime/attacker/state.json 2>/dev/null); do
        sleep 0.01
    done
    bundle b '.process.args = ["/proc/self/exe", "--version"]' \
        "(.linux.namespaces[] | select(.type == \"pid\")).path = \"/proc/$pid/ns/pid\""
    mkfifo full
    exec 8<>full
    dd if=/dev/zero of=full bs=4096 count=16 status=none
    code=0
    "$@" runtime run b/ > full 3>&- || code=$?
    exec 8>&-
    wait $! || true
    cat found
    [ "$code" = 137 ] # killed by the attacker: they did meet
}

@test "a process in the container cannot write to the runtime's file" {
    before=$(sha256sum < "$(command -v runtime)")
    attacked
    [ "$(grep -c 'Read-only file system' found)" = 2 ]
    run ! grep -E 'written|remounted' found
    [ "$(sha256sum < "$(command -v runtime)")" = "$before" ]
}

@test "nor where the file cannot be mounted read-only and is a sealed copy" {
    before=$(sha256sum < "$(command -v runtime)")
    attacked "${without_open_tree[@]}"
    grep -q 'memfd_create("runtime"' trace
    [ "$(grep -cE 'Text file busy|Operation not permitted' found)" -ge 2 ]
    run ! grep -E 'written|remounted' found
    [ "$(sha256sum < "$(command -v runtime)")" = "$before" ]
}

@test "the runtime executes itself once, keeping its name and words, and not at all from a read-only mount" {
    bundle b '.process.args = ["true"]'
    strace -o trace runtime run b/
    grep -qE '^execveat\([0-9]+, "", \["runtime", "run", "b/"\]' trace
    grep -q '^prctl(PR_SET_NAME, "runtime")' trace
    [ "$(grep -cE '^execve(at)?\(' trace)" = 2 ]
    mkdir ro
    mount --bind "$(dirname "$(command -v runtime)")" ro
    mount -o remount,bind,ro ro
    strace -o trace ro/runtime run b/
    umount ro
    [ "$(grep -cE '^execve(at)?\(' trace)" = 1 ]
    strace -o trace runtime spec -b nowhere || true
    [ "$(grep -cE '^execve(at)?\(' trace)" = 1 ]
}

@test "descriptors of the caller reach neither the container nor us" {
    bundle b "$(script 'ls /proc/self/fd; echo ready; read word')"
    mkdir ours && mkfifo word
    exec 9<ours 99<ours
    runtime run b/ <> word > out 3>&- &
    until grep -qs ready out; do sleep 0.05; done
    run -0 sh -c "readlink /proc/$!/fd/*"
    echo > word
    wait $!
    exec 9>&- 99>&-
    [ "$(cat out)" = $'0\n1\n2\n3\nready' ] # 3: the listing's own
    says ours && return 1
    bundle b '.process.cwd = "/proc/self/fd/9"'
    run -125 bash -c 'runtime run b/ 9</'
}

@test "descriptors that are passed on reach the program: those to listen on, then those to preserve" {
    bundle b "$(script 'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; ls -1 /proc/self/fd; cat <&3 <&4')" \
        '.process.env += ["LISTEN_PID=77"]'
    echo preserved > file
    run -0 env LISTEN_FDS=1 LISTEN_FDNAMES=web \
        bash -c 'LISTEN_PID=$$ exec runtime run --preserve-fds 1 b/ 3</dev/null 4<file 5</'
    [ "$output" = $'1 1 web\n0\n1\n2\n3\n4\n5\npreserved' ] # 5: the listing's own
    bundle b "$(script 'echo $LISTEN_FDS; ls -1 /proc/self/fd')"
    run -0 env LISTEN_FDS=1 LISTEN_PID=1 bash -c 'runtime run b/ 3</dev/null' # not for us
    [ "$output" = $'\n0\n1\n2\n3' ]
    run -125 runtime run --preserve-fds 7 b/ 3</dev/null
    says 'is to be passed on, and is closed'
}

@test "a standard descriptor that is closed is refused where a container would get it" {
    bundle b '.process.args = ["true"]'
    run -125 bash -c 'runtime run -b b web <&-'
    [ "$output" = "runtime: run: standard input is closed" ]
    run -125 --separate-stderr bash -c 'runtime run b/ >&-'
    [ "$stderr" = "runtime: run: standard output is closed" ]
    run -125 bash -c 'runtime run b/ 2>&-'
    [ -z "$output" ]
    # What makes no container does not need them, and its files do not become them.
    bash -c 'strace -o trace runtime spec -b . <&-'
    [ -s config.json ]
    grep -qE '^openat\(.*config\.json.* = [3-9]$' trace
    run -1 bash -c 'runtime --version >&-'
    says 'write to standard output: bad file descriptor (EBADF)'
}
