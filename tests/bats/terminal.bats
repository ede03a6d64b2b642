load helpers

PATH=$BATS_TEST_DIRNAME:$PATH # at_terminal, console_receiver

bundle() { # FILTER...: a bundle in ./b, with a terminal
    command bundle b '.process.terminal = true' "$@"
}
script() { # TEXT: the filter that makes it the program
    jq -rn --arg text "$1" '".process.args = \(["sh", "-c", $text])"'
}
# Nothing of a container may outlive it.
teardown() {
    [ -z "$(ls /run/davit/runtime 2>/dev/null)" ]
    [ -z "$(pgrep -f runtime:init)" ]
    [ -z "$(find /sys/fs/cgroup -type d -name 'davit-*')" ]
}

@test "a shell at a terminal: prompt, commands, Ctrl-C, another size, its code, and the terminal as it was" {
    bundle
    (cd b && rm config.json && runtime spec)
    run -5 at_terminal 30x100 runtime run -b b web -- see '/ # ' \
        type 'tty; stty size\r' see '/dev/pts/0' see '30 100' see '/ # ' \
        type 'echo go; cat\r' see 'go\r\n' type 'hello\r' see hello see hello type '\x03' see '/ # ' \
        type 'echo "[$?]"\r' see '[130]' see '/ # ' \
        size 33x77 type 'stty size\r' see '33 77' see '/ # ' \
        type 'exit 5\r'
}

@test "the program has the terminal: as descriptors, as /dev/console, as its session's; and its user owns it" {
    bundle '.process.user = {uid: 1000, gid: 1000}' "$(script '
        ls -1 /proc/self/fd; for n in 0 1 2; do readlink /proc/self/fd/$n; done
        stat -c "%n %u %t:%T" /dev/console $(tty); echo to the console > /dev/console
        echo to the session > /dev/tty; cut -d" " -f5,6,7 /proc/$$/stat')"
    run -0 runtime run b/ </dev/null
    [ "${output//$'\r'/}" = "0
1
2
3
/dev/pts/0
/dev/pts/0
/dev/pts/0
/dev/console 1000 88:0
/dev/pts/0 1000 88:0
to the console
to the session
1 1 34816" ]
}

@test "consoleSize is the size of a terminal that has no other" {
    bundle '.process.consoleSize = {height: 11, width: 55}' "$(script 'stty size')"
    run -0 runtime run b/ </dev/null
    [ "$output" = $'11 55\r' ]
    run -0 at_terminal 30x100 runtime run b/ --
    [ "$output" = $'30 100\r' ]
}

@test "input that is no terminal is typed, its end is told, and all output comes before the end" {
    bundle '.process.args = ["sh"]'
    run -3 bash -c 'printf "echo \$((6 * 7))\nexit 3\n" | runtime run b/'
    says $'\n42\r'
    run -0 bash -c 'echo "echo \$((6 * 7))" | timeout 10 runtime run b/'
    says $'\n42\r'
    bundle '.process.args = ["cat"]'
    run -0 bash -c 'printf "no end of line" | timeout 10 runtime run b/'
    [ "$output" = "no end of lineno end of line" ]
    bundle "$(script 'seq 50000; echo last; exit 4')"
    run -4 bash -c 'runtime run b/ </dev/null | { sleep 0.3; md5sum; exit ${PIPESTATUS[0]}; }; exit ${PIPESTATUS[0]}'
    [ "$output" = "$( (seq 50000; echo last) | sed 's/$/\r/' | md5sum)" ]
}

@test "in the background of a shell it waits until it is brought to the front" {
    bundle '.process.args = ["sh"]'
    run -0 at_terminal 30x100 bash --norc -i -- see '# ' type 'runtime run b/ &\r' see '# ' \
        type 'until jobs -s | grep Stopped; do sleep 0.05; done\r' see 'Stopped  ' see '# ' \
        type 'fg\r' see '/ # ' type 'exit 5\r' see 'bash-' type 'echo "[$?]"; exit 0\r' see '[5]'
}

@test "a container with users of its own has a terminal, too" {
    bundle '.linux.namespaces += [{type: "user"}]' "$(script 'id -u; tty; echo to the console > /dev/console')" \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]' \
        '.linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 b/rootfs
    run -0 runtime run b/ </dev/null
    [ "$output" = $'0\r\n/dev/pts/0\r\nto the console\r' ]
}

@test "where nobody takes the output any more the terminal is hung up" {
    bundle "$(script 'trap "exit 6" HUP; while :; do echo text; done')"
    run -0 bash -c 'timeout 10 runtime run b/ </dev/null | head -1; echo ${PIPESTATUS[0]}'
    says $'\n6'
}

# Standard output is a FIFO that is full: 7 reads it, 8 keeps it open.
stuck_run() { # OPTION...
    mkfifo full
    exec 8<>full 7<full
    dd if=/dev/zero of=full bs=4096 count=16 status=none
    timeout 20 runtime run "$@" </dev/null >full 3>&- 7>&- 8>&- &
}
let_go() {
    cat <&7 >shown 3>&- 8>&- &
    rc=0; wait %1 || rc=$?
    exec 8>&-
    wait $!
}

@test "signals are passed on while the output is stuck" {
    mkdir volume
    bundle '.mounts += [{destination: "/tmp", source: "../volume", options: ["bind"]}]' \
        "$(script 'while :; do echo text; done & trap ": > /tmp/told; exit 9" TERM; : > /tmp/ready; wait')"
    stuck_run b/
    until [ -e volume/ready ]; do sleep 0.05; done
    kill -TERM $!
    until [ -e volume/told ]; do sleep 0.05; done
    let_go
    [ "$rc" = 9 ]
}

@test "what the program wrote last comes, though it ended while the output was stuck" {
    bundle '.process.args = ["echo", "last"]'
    stuck_run -b b --pid-file pid web
    until [ -s pid ]; do sleep 0.05; done
    while grep -qs '^State:.[^Z]' "/proc/$(cat pid)/status"; do sleep 0.05; done
    let_go
    [ "$rc" = 0 ]
    [ "$(tail -c 6 shown)" = $'last\r' ]
}

@test "a terminal needs a devpts, and nothing that an image put there is taken for one" {
    bundle '.process.args = ["true"]' '.mounts |= map(select(.destination | startswith("/dev") | not))'
    run -125 runtime run b/
    says 'init: make terminal: open rootfs:/dev/pts: no such file or directory (ENOENT)'
    mkdir -p b/rootfs/dev/pts && mkfifo b/rootfs/dev/pts/ptmx
    run -125 timeout 10 runtime run b/
    says 'rootfs:/dev/pts/ptmx is not the ptmx of a devpts'
    bundle '.mounts += [{destination: "/dev/pts", type: "devpts", options: ["newinstance", "ptmxmode=0666"]}]'
    ln -s /tmp/new b/rootfs/dev/console
    run -125 runtime run b/
    says 'rootfs:/dev/console is a symbolic link'
    [ ! -e b/rootfs/tmp/new ]
}

@test "the console socket gets the master, by a path of any length" {
    bundle '.process.args = ["sh"]' '.process.consoleSize = {height: 11, width: 55}'
    long=$(printf 'folder%.0s' {1..20})
    mkdir "$long"
    console_receiver "$long/socket" 'stty size; exit 5' > shown 3>&- &
    until grep -qs listening shown; do sleep 0.05; done
    runtime create -b b --console-socket "$PWD/$long/socket" web
    [ "$(sed -n 2,3p shown)" = "/dev/pts/ptmx True 5:2
then b''" ]
    runtime start web
    wait $!
    grep -q '11 55' shown
    until [ "$(runtime state web | jq -r .status)" = stopped ]; do sleep 0.05; done
    runtime delete web
}

@test "run --detach gives the master away, too" {
    bundle "$(script 'echo ready; read word; echo "[$word]"')"
    console_receiver socket hello > shown 3>&- &
    until grep -qs listening shown; do sleep 0.05; done
    runtime run -d -b b --console-socket socket web
    wait $!
    grep -q '\[hello\]' shown
    until [ "$(runtime state web | jq -r .status)" = stopped ]; do sleep 0.05; done
    runtime delete web
}

@test "a console socket is refused where it is not needed, and missed where it is; nothing is made" {
    bundle '.process.args = ["true"]'
    run -1 runtime create -b b web
    says 'runtime: create web: check config: config.json: /process/terminal: nobody would have the terminal'
    run -125 runtime run -d -b b web
    says '--console-socket is needed'
    run -125 runtime run -b b --console-socket nowhere web
    says '--console-socket: what runs in the foreground has its caller'
    run -1 runtime create -b b --console-socket nowhere web
    [ "$output" = "runtime: create web: connect sockets: connect to nowhere: no such file or directory (ENOENT)" ]
    bundle '.process.terminal = false'
    run -1 runtime create -b b --console-socket nowhere web
    says '--console-socket: config.json: /process/terminal is not true'
}
