# The terminal of a program that joins a container.

load helpers

PATH=$BATS_TEST_DIRNAME:$PATH # at_terminal, console_receiver

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    bundle '.process.args = ["sleep", "1000"]'
}
teardown() {
    runtime delete --force web
    nothing_is_left
}
up() {
    runtime create -b b web < /dev/null > /dev/null 2>&1 3>&-
    runtime start web
}

@test "a shell at a terminal: prompt, commands, Ctrl-C, another size, its code, and the terminal as it was" {
    up
    run -5 at_terminal 30x100 runtime exec -t web sh -- see '/ # ' \
        type 'tty; stty size\r' see '/dev/pts/0' see '30 100' see '/ # ' \
        type 'echo go; cat\r' see 'go\r\n' type 'hello\r' see hello see hello type '\x03' see '/ # ' \
        type 'echo "[$?]"\r' see '[130]' see '/ # ' \
        size 33x77 type 'stty size\r' see '33 77' see '/ # ' \
        type 'exit 5\r'
}

@test "the terminal is its session's and its user's, and /dev/console is as it was" {
    up
    run -0 bash -c 'runtime exec -t -u 1000:5 web sh -c "ls -1 /proc/self/fd; for n in 0 1 2; do readlink /proc/self/fd/\$n; done
        stat -c %u \$(tty); echo to the session > /dev/tty; [ -e /dev/console ] || echo no console" </dev/null'
    [ "${output//$'\r'/}" = "0
1
2
3
/dev/pts/0
/dev/pts/0
/dev/pts/0
1000
to the session
no console" ]
}

@test "all output comes before the end" {
    up
    run -4 bash -c 'runtime exec -t web sh -c "seq 50000; echo last; exit 4" </dev/null |
        { sleep 0.3; md5sum; exit ${PIPESTATUS[0]}; }; exit ${PIPESTATUS[0]}'
    [ "$output" = "$( (seq 50000; echo last) | sed 's/$/\r/' | md5sum)" ]
}

@test "the console socket gets the master" {
    up
    jq '.process | .terminal = true | .consoleSize = {height: 11, width: 55} | .args = ["sh"]' b/config.json > process.json
    console_receiver socket 'stty size; exit 5' > shown 3>&- &
    until grep -qs listening shown; do sleep 0.05; done
    runtime exec --tty --detach --process process.json --console-socket "$PWD/socket" web # as conmon does
    [ "$(sed -n 2,3p shown)" = "/dev/pts/ptmx True 5:2
then b''" ]
    wait $!
    grep -q '11 55' shown
}

@test "a console socket is refused where it is not needed, and missed where it is" {
    up
    run -125 runtime exec -d -t web true
    says 'exec web: read process: --tty: nobody would have the terminal'
    run -125 runtime exec -d --console-socket nowhere web true
    says '--console-socket: --tty is not true'
    run -125 runtime exec -t --console-socket nowhere web true
    says '--console-socket: what runs in the foreground has its caller'
    run -125 runtime exec -d -t --console-socket nowhere web true
    [ "$output" = "runtime: exec web: connect sockets: connect to nowhere: no such file or directory (ENOENT)" ]
    jq '.process | .terminal = true | .args = ["sh"]' b/config.json > process.json
    run -125 runtime exec -d -p process.json web
    says 'read process: process.json: /terminal: nobody would have the terminal'
}

@test "nothing that the container put in the way is taken for a devpts or for its ptmx" {
    bundle '.process.capabilities[] += ["CAP_SYS_ADMIN", "CAP_MKNOD"]' \
        '.mounts += [{destination: "/tmp", type: "tmpfs"}]'
    up
    runtime exec web sh -c 'mkfifo /tmp/ptmx; mount -o bind /tmp/ptmx /dev/pts/ptmx'
    run -125 bash -c 'timeout 10 runtime exec -t web true </dev/null'
    says 'process: make terminal: rootfs:/dev/pts/ptmx is not the ptmx of a devpts'
    runtime exec web mount -o bind /tmp /dev/pts
    run -125 bash -c 'timeout 10 runtime exec -t web true </dev/null'
    says 'rootfs:/dev/pts/ptmx is not the ptmx of a devpts'
    runtime exec web sh -c 'umount /dev/pts; umount /dev/pts/ptmx; umount /dev/pts; mv /proc/nothing /tmp 2>/dev/null; true'
    run -125 bash -c 'timeout 10 runtime exec -t web true </dev/null'
    says 'is not the ptmx of a devpts'
}

@test "/proc of the container is asked for nothing" {
    bundle '.process.capabilities[] += ["CAP_SYS_ADMIN"]' '.mounts += [{destination: "/tmp", type: "tmpfs"}]'
    up
    runtime exec web mount -o bind /tmp /proc
    run -0 bash -c 'runtime exec -t web tty </dev/null'
    [ "$output" = $'/dev/pts/0\r' ]
    run -3 runtime exec web sh -c 'exit 3'
}
