# A program that joins a container: what it is told, how it ends, what it leaves.

load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

process() { # FILTER: the container's process, changed, as ./process.json
    jq ".process | .args = [\"true\"] | $1" b/config.json > process.json
}

@test "a program runs in the container, with the caller's descriptors, and its code is exec's" {
    up
    run -7 bash -c 'echo typed | runtime exec web sh -c "read word; echo \$word; hostname; echo wrong >&2; exit 7"'
    [ "$output" = $'typed\ndavit\nwrong' ]
    run -143 runtime exec web sh -c 'kill -TERM $$'
    run -0 runtime exec web echo -d --user x # options that follow are the program's
    [ "$output" = "-d --user x" ]
    [ "$(status_of web)" = running ]
}

@test "a missing program is 127, one that cannot be executed 126, anything else 125" {
    up
    run -127 runtime exec web nope
    [ "$output" = 'runtime: exec web: process: find program: exec "nope": executable file not found in $PATH' ]
    run -127 runtime exec web /bin/nope
    says 'exec "/bin/nope": no such file or directory (ENOENT)'
    run -126 runtime exec web /etc
    says 'exec "/etc": is a directory: permission denied (EACCES)'
    run -126 runtime exec web /etc/passwd
    says 'exec "/etc/passwd": permission denied (EACCES)'
    chmod +x b/rootfs/etc/passwd
    run -126 runtime exec --detach --pid-file pid web /etc/passwd
    says 'runtime: exec web: start program: execute: exec "/etc/passwd": exec format error (ENOEXEC)'
    [ ! -e pid ]
    run -125 runtime exec --cwd /nowhere web true
    says 'exec web: process: enter working folder: enter /nowhere: no such file or directory (ENOENT)'
}

@test "only what was created or runs is entered" {
    run -125 runtime exec web true
    [ "$output" = "runtime: exec web: find container: container does not exist" ]
    bundle '.process.args = ["true"]'
    runtime create -b b web < /dev/null > /dev/null 2>&1 3>&-
    run -0 runtime exec web cat /proc/1/comm
    [ "$output" = runtime:init ]
    [ "$(status_of web)" = created ]
    runtime start web
    until_status web stopped
    run -125 runtime exec web true
    [ "$output" = "runtime: exec web: find container: container not running: it is stopped" ]
}

@test "--detach leaves it running; its pid goes to a file" {
    up
    runtime exec -d --pid-file pid web sh -c 'exec sleep 50' < /dev/null > /dev/null 2>&1 3>&-
    [ "$(cat "/proc/$(cat pid)/comm")" = sleep ]
    [ "$(tail -c 1 pid | xxd -p)" != 0a ]
    [ "$(stat -c %a pid)" = 644 ]
    runtime kill web KILL
    until_status web stopped
    until [ ! -e "/proc/$(cat pid)" ] || grep -q '^State:.Z' "/proc/$(cat pid)/status"; do sleep 0.05; done
}

@test "--pidfd-socket gets its pidfd" {
    up
    "$BATS_TEST_DIRNAME/pidfd_receiver" socket > received 3>&- &
    until grep -qs listening received; do sleep 0.02; done
    runtime exec -d --pidfd-socket socket --pid-file pid web sleep 50 < /dev/null > /dev/null 2>&1 3>&-
    wait $!
    [ "$(tail -1 received)" = "setns $(cat pid) b''" ]
    run -125 runtime exec --pidfd-socket nowhere web true
    says 'exec web: connect sockets: connect to nowhere: no such file or directory (ENOENT)'
}

@test "signals are passed on to it" {
    up
    runtime exec web sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done' > out 3>&- &
    until grep -q ready out; do sleep 0.05; done
    kill -TERM $!
    rc=0; wait $! || rc=$?
    [ "$rc" = 9 ]
}

@test "it ends with the container, as 137" {
    up
    runtime exec web sh -c 'echo ready; exec sleep 50' > out 3>&- &
    until grep -q ready out; do sleep 0.05; done
    runtime kill web KILL
    rc=0; wait $! || rc=$?
    [ "$rc" = 137 ]
}

@test "user, groups, folder, variables" {
    up '.process.user.additionalGids = [8]' '.process.env += ["A=1", "B=2"]' '.process.cwd = "/tmp"'
    run -0 runtime exec web sh -c 'id; pwd; echo $A $B $HOME; umask'
    [ "$output" = $'uid=0(root) gid=0 groups=8\n/tmp\n1 2 /root\n0022' ]
    run -0 runtime exec -u 65534:5 -g 7 --additional-gids 9 --cwd /etc -e B=3 --env C=4 web \
        sh -c 'id; pwd; echo $A $B $C $HOME'
    [ "$output" = $'uid=65534(nobody) gid=5 groups=7,8,9\n/etc\n1 3 4 /' ]
    run -0 runtime exec -u 65534 web id
    [ "$output" = "uid=65534(nobody) gid=0 groups=8" ]
}

@test "--user is what it says, and never root by accident" {
    up
    for word in '' : -1 +1 ' 1' 1: :1 1:x 0x10 1e3 1.5 root 4294967295 4294967296 18446744073709551616 1:4294967295; do
        run -2 runtime exec -u "$word" web id
        says "\"$word\" is not UID or UID:GID, each a number from 0 to 4294967294"
    done
    run -0 runtime exec -u 4294967294:2147483648 web id
    [ "$output" = "uid=4294967294 gid=2147483648" ]
}

@test "words that make no sense are refused before anything is done" {
    up
    run -2 runtime exec web
    says 'exec web: read process: a command is missing, or --process FILE'
    run -2 runtime exec --cwd tmp web true
    says '--cwd: "tmp" is not an absolute path'
    run -2 runtime exec -e A web true
    says '--env: "A" is not NAME=VALUE'
    run -2 runtime exec -e =1 web true
    says '--env: "=1" is not NAME=VALUE'
    run -2 runtime exec -g 4294967295 web true
    says '--additional-gids: 4294967295 is more than 4294967294'
    process .
    run -2 runtime exec --process process.json web true
    says '--process says all of that: a command does not go with it'
    run -2 runtime exec -p process.json --cwd / web
    says '--process says all of that: --cwd does not go with it'
    run -2 runtime exec -p process.json --tty web
    says '--tty: the process of process.json has no terminal'
    run -2 runtime exec -p process.json --process-label x web
    says '--process says all of that: --process-label does not go with it'
    run -125 runtime exec --process-label x web true
    says 'read process: --process-label: "x": SELinux is off on this host'
}

@test "--process says all: a file as config.json has one" {
    up '.process.env += ["A=1"]'
    process '.args = ["sh", "-c", "id; pwd; echo [$A] $B; exit 4"] | .user = {uid: 1, gid: 2, additionalGids: [3]} |
             .cwd = "/etc" | .env = ["B=2", "PATH=/bin"]'
    run -4 runtime exec --process process.json web
    [ "$output" = $'uid=1 gid=2 groups=3\n/etc\n[] 2' ]
    # As engines do it.
    run -0 runtime exec --process process.json --detach --pid-file pid web
    [ -s pid ]
}

@test "a process that is wrong is told by pointer and line" {
    up
    process 'del(.args)'
    run -125 runtime exec -p process.json web
    says 'read process: process.json: /args: is missing'
    process '.user.uid = -1'
    run -125 runtime exec -p process.json web
    says 'process.json:'
    says ': /user/uid: '
    process '.terminal = 1'
    run -125 runtime exec -p process.json web
    says ': /terminal: '
    process '.execCPUAffinity.initial = "3-1"'
    run -125 runtime exec -p process.json web
    says ': /execCPUAffinity/initial: "3-1" is not a list of CPUs such as 0-3,7'
    head -c 5M /dev/zero > big
    run -125 runtime exec -p big web
    says 'big'
    mkfifo fifo
    run -125 timeout 5 runtime exec -p fifo web
    says 'fifo'
    run -125 runtime exec -p nowhere web
    says 'read process: open nowhere: no such file or directory (ENOENT)'
}

@test "execCPUAffinity: the first CPUs are the runtime's, the final ones the program's" {
    cpus() { grep Cpus_allowed_list /proc/self/status | cut -f2; }
    all=$(cpus)
    last=${all##*[-,]}
    show='.args = ["grep", "Cpus_allowed_list", "/proc/self/status"]'
    up
    process "$show"' | .execCPUAffinity = {final: "'"$last"'"}'
    run -0 runtime exec -p process.json web
    [ "$output" = $'Cpus_allowed_list:\t'"$last" ]
    process "$show"' | .execCPUAffinity = {initial: "'"$last"'"}'
    run -0 runtime exec -p process.json web
    [ "$output" = $'Cpus_allowed_list:\t'"$all" ]
    if [ -z "${SAN-}" ]; then
        run -0 strace -f -o trace -e trace=sched_setaffinity,clone3 runtime exec -p process.json web
        [ "$(grep -oE 'sched_setaffinity|clone3' trace | tr '\n' ' ')" = "sched_setaffinity clone3 clone3 sched_setaffinity " ]
    fi
    process "$show"' | .execCPUAffinity = {final: "8000"}'
    run -125 runtime exec -p process.json web
    says 'process: choose CPUs: set the CPU affinity: invalid argument (EINVAL)'
    # The container's own counts where the process does not say.
    runtime delete --force web
    up '.process.execCPUAffinity = {final: "'"$last"'"}'
    run -0 runtime exec web grep Cpus_allowed_list /proc/self/status
    [ "$output" = $'Cpus_allowed_list:\t'"$last" ]
}
