load helpers

teardown() {
    nothing_is_left
}

@test "run ends with the code of the program" {
    bundle "$(script 'exit 7')"
    run -7 runtime run b/
    [ -z "$output" ]
    run -7 runtime run -b b web
    cd b
    run -7 runtime run web
}

@test "a program that is killed is 128 and the signal" {
    bundle "$(script 'trap "" INT; (sleep 0.1; kill -KILL -1) & sleep 5 & wait; exit 3')"
    run -3 runtime run b/ # process 1 is spared by its own kill
    bundle "$(script 'sh -c "kill -SEGV \$\$"; exit $?')"
    run -139 runtime run b/
}

@test "signals are passed on to the program" {
    bundle "$(script 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done')"
    runtime run b/ > out 3>&- &
    until grep -q ready out; do sleep 0.05; done
    kill -TERM $!
    rc=0; wait $! || rc=$?
    [ "$rc" = 9 ]
}

@test "a program that is stopped is still waited for, and gets signals" {
    bundle "$(script 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done')"
    runtime run -b b web > out 3>&- &
    until grep -q ready out; do sleep 0.05; done
    pid=$(runtime state web | jq .pid)
    kill -STOP "$pid"
    until grep -q '^State:.T' "/proc/$pid/status"; do sleep 0.05; done
    kill -TERM $!
    kill -CONT $!
    rc=0; wait $! || rc=$?
    [ "$rc" = 9 ]
}

@test "a missing program is 127, one that cannot be executed 126, anything else 125" {
    bundle '.process.args = ["nope"]'
    run -127 runtime run -b b web
    [ "$output" = 'runtime: run web: init: find program: exec "nope": executable file not found in $PATH' ]
    bundle '.process.args = ["/bin/nope"]'
    run -127 runtime run b/
    says 'exec "/bin/nope": no such file or directory (ENOENT)'
    bundle '.process.args = ["/etc"]'
    run -126 runtime run b/
    says 'exec "/etc": is a directory: permission denied (EACCES)'
    bundle '.process.args = ["/etc/passwd"]'
    run -126 runtime run b/
    says 'exec "/etc/passwd": permission denied (EACCES)'
    chmod +x b/rootfs/etc/passwd
    run -126 runtime run b/
    says 'exec "/etc/passwd": exec format error (ENOEXEC)'
    bundle '.root.path = "nowhere"'
    run -125 runtime run b/
    says 'open rootfs: copy the mount at '
    says '/b/nowhere: no such file or directory (ENOENT)'
    run -125 runtime run nowhere/
    says 'read bundle: open nowhere/: no such file or directory (ENOENT)'
}

@test "the program stands in namespaces, a root and a /dev of its own" {
    bundle "$(script 'hostname; echo $$; ls /; ls /dev; for n in /proc/self/ns/*; do readlink $n; done')"
    run -0 runtime run b/
    [ "${lines[0]}" = davit ]
    [ "${lines[1]}" = 1 ]
    says $'\nrootfs\n' && return 1
    for name in null zero full random urandom tty ptmx pts shm stdin stdout stderr fd; do
        says $'\n'"$name"$'\n'
    done
    for kind in cgroup ipc mnt net pid uts; do
        says "$(readlink /proc/self/ns/$kind)" && return 1
    done
    says "$(readlink /proc/self/ns/user)"
}

@test "the program has the user, groups, capabilities and environment of the config" {
    bundle "$(script 'id; umask; echo $HOME:$A; grep -E "^(Cap|NoNew)" /proc/self/status')" \
        '.process.user = {uid: 65534, gid: 7, additionalGids: [8, 9], umask: 63}' \
        '.process.env += ["A=1", "A=2"]' '.process.noNewPrivileges = false'
    run -0 runtime run b/
    [ "${lines[0]}" = "uid=65534(nobody) gid=7 groups=8,9" ]
    [ "${lines[1]}" = 0077 ]
    [ "${lines[2]}" = /:2 ]
    says $'CapEff:\t0000000000000000' # execve of a user that is not root
    says $'CapBnd:\t0000000020000420'
    says $'NoNewPrivs:\t0'
    bundle "$(script 'env | grep HOME')" '.process.user = {uid: 0, gid: 0}' '.process.env += ["HOME=/x", "HOME="]'
    run -0 runtime run b/
    [ "$output" = HOME=/root ]
}

@test "a root that is read-only, hidden paths and a volume" {
    mkdir volume && echo text > volume/file
    bundle "$(script 'touch /x; cat /proc/keys /v/file; touch /v/new /tmp/t; cat /data; true')" \
        '.mounts += [{destination: "/v", source: "../volume", options: ["rbind", "ro"]},
                     {destination: "/data", source: "../volume/file", options: ["bind"]},
                     {destination: "/tmp", type: "tmpfs", options: ["mode=1777"]}]'
    mkdir b/rootfs/v && touch b/rootfs/data
    run -0 runtime run b/
    says "touch: /x: Read-only file system"
    says keyring && return 1
    says "touch: /v/new: Read-only file system"
    [ "$(grep -c '^text$' <<<"$output")" = 2 ]
    says "/tmp/t" && return 1
    [ -z "$(findmnt -rno TARGET | grep "$PWD")" ]
}

@test "the program stands in control groups of its own, sees them alone, and their limits hold" {
    bundle "$(script "cat /proc/self/cgroup $(cgroup_of memory)/$(v1_or_v2 memory.limit_in_bytes memory.max)
                      echo 0 > $(cgroup_of pids)/cgroup.procs")" '.linux.resources.memory.limit = 33554432'
    run -1 runtime run b/
    says "$(v1_or_v2 :memory:/ 0::/)"$'\n'
    says $'\n33554432\n'
    says "Read-only file system"
    bundle '.process.args = ["tail", "/dev/zero"]'
    run -137 runtime run b/
    bundle "$(script 'mknod /tmp/kmsg c 1 11 && cat /tmp/kmsg')" '.process.capabilities.effective += ["CAP_MKNOD"]' \
        '.process.capabilities.permitted += ["CAP_MKNOD"]' '.process.capabilities.bounding += ["CAP_MKNOD"]' \
        '.root.readonly = false' 'del(.linux.resources.memory)'
    run -1 runtime run b/
    says "can't open '/tmp/kmsg': Operation not permitted"
}

@test "what runs in control groups of a name of its own is gone with the program" {
    bundle "$(script 'sleep 1000 & exit 5')" '.linux.cgroupsPath = "/pod/web"' \
        '.linux.namespaces |= map(select(.type != "pid"))'
    run -5 runtime run b/
    [ -z "$(find /sys/fs/cgroup -type d -name web)" ]
    run ! pgrep -f 'sleep 1000'
    find /sys/fs/cgroup -depth -type d -name pod -exec rmdir {} +
}

@test "a control group that holds processes is refused" {
    mkdir "$(cgroup_of pids busy)"
    sleep 60 3>&- &
    echo $! > "$(cgroup_of pids busy)/cgroup.procs"
    bundle '.linux.cgroupsPath = "/busy"'
    run -125 runtime run -b b web
    says 'runtime: run web: make control groups: '
    kill $!; wait $! || true
    find /sys/fs/cgroup -depth -type d -name busy -exec rmdir {} +
}

@test "what is not carried out yet is refused by name, with its place" {
    bundle '.linux.intelRdt = {closID: "a"}'
    run -125 runtime run b/
    says ': /linux/intelRdt: is not carried out yet'
    bundle 'del(.linux.intelRdt)' '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]'
    run -125 runtime run b/
    says 'uidMappings and gidMappings need a user namespace'
}

@test "an unknown capability is no failure; --debug tells of it" {
    bundle '.process.args = ["true"]' '.process.capabilities.bounding += ["CAP_MOON"]'
    run -0 runtime run b/
    [ -z "$output" ]
    run -0 runtime --debug run -b b web
    [ "$output" = "runtime: run web: warning: capability CAP_MOON is unknown here and left out" ]
}

@test "a config that is a FIFO, or hostile, is refused and nothing is made" {
    bundle && rm b/config.json && mkfifo b/config.json
    run -125 timeout 5 runtime run b/
    says 'read config.json: not a regular file'
    rm b/config.json && head -c 4194304 /dev/zero | tr '\0' '[' > b/config.json
    run -125 timeout 5 runtime run b/
    says 'read bundle: config.json:1:1: this is an array, an object is needed'
}

@test "a /proc that is a symlink in the rootfs is refused, a /dev stays inside" {
    mkdir outside
    bundle '.process.args = ["true"]'
    ln -s "$PWD/outside" b/rootfs/proc
    run -125 runtime run b/
    says "rootfs:/proc is no folder; proc is not mounted through a symbolic link"
    rm b/rootfs/proc && rm -rf b/rootfs/dev && ln -s "$PWD/outside" b/rootfs/dev
    bundle '.root.readonly = false' '.mounts |= map(select(.destination | startswith("/dev") | not))'
    run -0 runtime run b/
    [ -c "b/rootfs$PWD/outside/null" ]
    [ -z "$(ls -A outside)" ]
}

@test "the program is static, and has at most 2 MB" {
    [ -z "${SAN-}" ] || skip "sanitizers are libraries, and make it large"
    strip -o small "$(command -v runtime)"
    [ "$(stat -c %s small)" -le 2000000 ]
    run -0 readelf -lW small
    [[ $output != *INTERP* ]]
}

@test "a whole run takes at most 450 system calls, all processes counted" {
    [ -z "${SAN-}" ] || skip "sanitizers make calls of their own"
    bundle
    runtime run b/ < /dev/null # makes the folder of all states
    strace -f -c -o count runtime run b/ < /dev/null
    calls=$(sed -nE 's/^ *([^ ]+ +){3}([0-9]+) .*total$/\2/p' count)
    echo "system calls: $calls"
    [ "$calls" -le 450 ]
}
