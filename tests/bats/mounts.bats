load helpers

teardown() { nothing_is_left; }

@test "tmpcopyup: a tmpfs begins with what it hides, and the rootfs stays as it was" {
    bundle "$(script 'cd /data; find . | sort; cat file deep/er/x; readlink link; readlink abs; stat -c "%a %u:%g %Y" . file set deep
                      test -p fifo && test -S socket && ls -ln node; touch new; stat -c %s sparse; du -k sparse | cut -f1
                      grep " /data " /proc/self/mountinfo')" \
        '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "nosuid", "size=1m"]}]'
    mkdir -p b/rootfs/data/deep/er && cd b/rootfs/data
    echo text > file && echo x > deep/er/x && ln -s /etc/passwd abs && ln -s ../../../../etc/shadow link
    mkfifo fifo && mknod node c 1 3 && touch set && truncate -s 500G sparse
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    chown 5:6 file deep && chmod 4711 set && chmod 1777 . && chmod 2755 deep && touch -d @1000000 file set && touch -d @2000000 deep .
    cd ../../..
    run -0 runtime run b/
    echo "$output"
    [ "$(head -n 23 <<<"$output")" = ".
./abs
./deep
./deep/er
./deep/er/x
./fifo
./file
./link
./node
./set
./socket
./sparse
text
x
../../../../etc/shadow
/etc/passwd
1777 0:0 2000000
644 5:6 1000000
4711 0:0 1000000
2755 5:6 2000000
crw-r--r--    1 0        0           1,   3 $(date -r b/rootfs/data/node '+%b %e %H:%M' -u) node
536870912000
0" ]
    says " - tmpfs "
    [ ! -e b/rootfs/data/new ]
}

@test "tmpcopyup: read-only, with options of its own, and of a folder that is not there" {
    bundle "$(script 'stat -c %a:%u /data; cat /data/file; touch /data/new; ls -A /none | wc -l; stat -c %a /none')" \
        '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "ro", "mode=1777", "uid=8"]},
                     {destination: "/none", type: "tmpfs", options: ["tmpcopyup"]}]'
    mkdir -p b/rootfs/data && echo text > b/rootfs/data/file
    run -0 runtime run b/
    [ "${lines[0]}:${lines[1]}" = 1777:8:text ]
    says "touch: /data/new: Read-only file system"
    [ "${lines[3]}:${lines[4]}" = 0:755 ]
}

@test "tmpcopyup: a copy that does not fit, or has no bottom, is an error and nothing is left" {
    bundle '.process.args = ["true"]' '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "size=64k"]}]'
    mkdir -p b/rootfs/data/sub && head -c 1000000 /dev/zero > b/rootfs/data/sub/large
    run -125 runtime run b/
    says "init: mount: /mounts/7 (/data): copy rootfs:/data: sub: large: copy its data: no space left on device (ENOSPC)"
    rm b/rootfs/data/sub/large
    (cd b/rootfs/data; for i in {1..200}; do mkdir d; cd d; done)
    bundle '.mounts[7].options = ["tmpcopyup"]'
    run -125 runtime run b/
    says ": more than 128 folders in each other"
    (cd b/rootfs && rm -rf data && ln -s /tmp data && touch tmp/mark)
    bundle "$(script 'ls /data/ /tmp')" # a link is followed inside
    run -0 runtime run b/
    [ "$(grep -c mark <<<"$output")" = 2 ]
}
