# podman with our runtime: the life of a container, each scenario with runc as well.

load engine_helpers
load podman_helpers

ends() {
    once busybox sh -c 'exit 7'; echo $?
    once busybox nothere 2>&1 | reason; echo "${PIPESTATUS[0]}"
    once busybox /nothere 2>&1 | reason; echo "${PIPESTATUS[0]}"
    once busybox /tmp 2>&1 | reason; echo "${PIPESTATUS[0]}"
    once busybox /etc/passwd 2>&1 | reason; echo "${PIPESTATUS[0]}"
    once -w /nowhere busybox pwd; echo $?
}
@test "run: what it ends with" {
    agree ends <<'END'
7
not found in PATH
127
no such file
127
permission denied
126
permission denied
126
126
END
}

attached() {
    echo in | once -i busybox sh -c 'cat; echo err >&2' 2>&1
    head -c 300000 /dev/zero | once -i busybox wc -c
    podman create -i --name c --network none --log-driver k8s-file busybox sh -c 'cat; exit 4' > /dev/null
    echo through | podman start -a -i c; echo $?
    field .State.ExitCode
    away
}
@test "run, start: standard input, output and errors" {
    agree attached <<'END'
in
err
300000
through
4
4
END
}

sees_terminal() {
    export -f podman once
    export runtime
    at_terminal 33x77 bash -c 'once -it busybox sh -c "tty; stty size; exit 5"' --; echo $?
    once -t busybox sh -c 'test -t 0 && test -t 1 && test -t 2; echo $?; ls -l /dev/console | cut -c1-10; echo $TERM'
}
@test "run: a terminal" {
    agree sees_terminal <<'END'
/dev/pts/0
33 77
5
0
crw--w----
xterm
END
}

logged() {
    launch busybox sh -c 'echo out; echo err >&2; seq 3; exit 6'
    podman wait c
    podman logs c 2>errors.log
    cat errors.log
    podman logs --tail 2 c 2>&1 | wc -l # the two streams may come in any order
    podman inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.State.Pid}} {{.State.OOMKilled}}' c
    away
}
@test "logs, wait, inspect" {
    agree logged <<'END'
6
out
1
2
3
err
2
exited 6 0 false
END
}

executes() {
    up -e A=container --user app
    podman exec c sh -c 'echo "$A $FROM $(id -u):$(id -g) $(pwd)"; exit 5'; echo $?
    podman exec -e B=b -u root -w /tmp c sh -c 'echo "$B $(id -u) $(pwd)"'
    echo in | podman exec -i c cat
    podman exec c sh -c 'kill -15 $$'; echo $?
    podman exec c nothere 2>&1 | reason; echo "${PIPESTATUS[0]}"
    podman exec c /nothere 2>&1 | reason; echo "${PIPESTATUS[0]}"
    podman exec c /tmp 2>&1 | reason; echo "${PIPESTATUS[0]}"
    podman exec c /etc/passwd 2>&1 | reason; echo "${PIPESTATUS[0]}"
    podman exec -t c sh -c 'tty; exit 9'; echo $?
    podman exec -d c sh -c 'echo detached > /tmp/it' > /dev/null
    soon podman exec c test -s /tmp/it && podman exec c cat /tmp/it
    podman exec c sh -c 'grep -E "^(Cap(Bnd|Eff)|NoNewPrivs|Seccomp):" /proc/self/status'
    podman exec --preserve-fds 1 c sh -c 'cat <&3' 3<<< kept
    away
}
@test "exec" {
    agree executes <<'END'
container image 1000:1000 /
5
b 0 /tmp
in
143
not found in PATH
127
no such file
127
permission denied
126
permission denied
126
/dev/pts/0
9
detached
CapEff:	0000000000000000
CapBnd:	00000000800405fb
NoNewPrivs:	0
Seccomp:	2
kept
END
}

stops() {
    up
    podman stop -t 10 c > /dev/null; echo $?
    field '.State | [.Status, .ExitCode]'
    podman start c > /dev/null
    field .State.Status
    podman restart -t 10 c > /dev/null; echo $?
    podman kill -s KILL c > /dev/null; podman wait c
    away
    launch busybox sh -c 'trap "" TERM; echo up; sleep 1000'
    soon says up
    podman stop -t 1 c > /dev/null; echo $?
    field .State.ExitCode
    podman kill c > /dev/null; echo $?
    away
    launch --stop-signal USR1 busybox sh -c 'trap "exit 9" USR1; trap "echo heard" HUP; echo up; while :; do sleep 0.05; done'
    soon says up
    podman kill -s HUP c > /dev/null; echo $?
    soon says heard
    podman rm c > /dev/null; echo $?
    podman stop -t 10 c > /dev/null; field .State.ExitCode
    podman rm c > /dev/null; echo $?
}
@test "stop, kill, restart, rm" {
    agree stops <<'END'
0
["exited",3]
running
0
137
0
137
125
0
2
9
0
END
}

pauses() {
    launch busybox sh -c 'echo up; while :; do echo x >> /tmp/beat; sleep 0.01; done'
    soon says up
    podman pause c > /dev/null; echo $?
    field .State.Status
    podman exec c true; echo $?
    podman pause c > /dev/null; echo $?
    pid=$(field .State.Pid)
    beats() { wc -c < "/proc/$pid/root/tmp/beat"; }
    before=$(beats); sleep 0.3; [ "$(beats)" = "$before" ] && echo still
    podman unpause c > /dev/null; echo $?
    moves() { [ "$(beats)" -gt "$before" ]; }
    soon moves && field .State.Status
    podman unpause c > /dev/null; echo $?
    podman pause c > /dev/null && podman kill c > /dev/null; echo $?
    podman rm -f -t 0 c > /dev/null; echo $?
}
@test "pause, unpause" {
    agree pauses <<'END'
0
paused
255
125
still
0
running
125
0
0
END
}

counts() {
    launch --memory 64m --pids-limit 20 busybox sh -c 'sleep 1000 & sleep 1000 & echo up; wait'
    soon says up
    podman stats --no-stream --format '{{.Name}} {{.PIDs}}' c
    podman stats --no-stream --format '{{.MemUsage}}' c | sed 's|.* / ||'
    podman top c ppid user args
    podman top c -o pid,args | wc -l
    away
}
@test "stats, top" {
    agree counts <<'END'
c 3
67.11MB
PPID        USER        COMMAND
0           root        sh -c sleep 1000 & sleep 1000 & echo up; wait
1           root        sleep 1000
1           root        sleep 1000
4
END
}

healthy() {
    export DISABLE_HC_SYSTEMD=true # no systemd times it here
    up --health-cmd 'test -e /tmp/well' --health-retries 1
    podman healthcheck run c > /dev/null; echo $?
    podman exec c touch /tmp/well
    podman healthcheck run c > /dev/null; echo $?
    field .State.Health.Status
    away
}
@test "healthcheck" {
    agree healthy <<'END'
1
0
healthy
END
}

under_init() {
    once --init --init-path /usr/bin/tini-static busybox sh -c 'cat /proc/1/comm; exit 8'; echo $?
    up --init --init-path /usr/bin/tini-static
    podman exec c sh -c '(sleep 0.05 &) ; sleep 0.3; ps -o stat,args | grep -c "^Z"'
    podman stop -t 10 c > /dev/null; field .State.ExitCode
    away
}
@test "--init" {
    agree under_init <<'END'
podman-init
8
0
3
END
}

copies() {
    up --read-only --tmpfs /tmp -v "$PWD:/host:ro"
    echo from host > in
    podman cp in c:/tmp/in; podman exec c cat /tmp/in /host/in
    podman cp c:/etc/passwd out && head -n 1 out
    podman diff c
    podman rename c d && podman rename d c; echo $?
    podman commit -q c made > /dev/null
    once made sh -c 'echo $FROM'
    podman rmi made > /dev/null
    podman export c | tar -t | grep -x etc/passwd
    podman events --since 1m --stream=false --filter "container=$(field .Id)" --format '{{.Status}}' | grep -v exec | uniq | paste -sd ' '
    away
}
@test "cp, commit, export, events" {
    agree copies <<'END'
from host
from host
root:x:0:0::/root:/bin/sh
C /etc
A /host
A /var
A /var/tmp
0
image
etc/passwd
create init start rename commit mount
END
}

builds() {
    podman import -q "$BATS_FILE_TMPDIR/base.tar" base > /dev/null # with a history, which podman build needs
    printf 'FROM base\nRUN echo built > /it; id -u; exit %s\nUSER app\nWORKDIR /work\nRUN id -u; pwd\n' 0 > Dockerfile
    podman build -q --network none -t made . > /dev/null; echo $?
    once made sh -c 'cat /it; id -u; pwd'
    sed -i 's/exit 0/exit 9/' Dockerfile
    podman build --network none . 2>&1 | grep -o 'exit status 9' | head -n 1
    podman rmi made > /dev/null
    podman image prune -f > /dev/null; podman rmi base > /dev/null
}
@test "build" {
    agree builds <<'END'
0
built
1000
/work
exit status 9
END
}

runs_hooks() {
    mkdir -p hooks
    rm -f hooked
    local stage
    for stage in prestart createRuntime createContainer poststart poststop; do
        jq -n --arg stage $stage --arg file "$PWD/hooked" '{version: "1.0.0", when: {always: true}, stages: [$stage],
            hook: {path: "/bin/sh", args: ["sh", "-c", "jq -r --arg stage \($stage) \"[\\$stage, .pid > 0] | @text\" >> \($file)"],
                   env: ["PATH=\(env.PATH)"]}}' > hooks/$stage.json
    done
    podman --hooks-dir hooks run --rm --network none --log-driver k8s-file busybox true; echo $?
    cat hooked
}
@test "hooks" {
    agree runs_hooks <<'END'
0
["prestart",true]
["createRuntime",true]
["createContainer",true]
["poststart",true]
["poststop",false]
END
}

@test "ours is who runs it" {
    runtime=$(command -v runtime)
    up
    [ "$(runtime list -q)" = "$(field .Id)" ]
    away
}
