# Whoever is root in a container may watch a program come in, trace it, and look for the host through
# it. It is stopped in each of its steps here, so that there is time to (CVE-2016-9962, CVE-2019-5736).

load helpers

teardown() {
    runtime delete --force web
    nothing_is_left
}

traces='.process.capabilities[] += ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"]'

stopped_at() { # STEP: its pid inside, where its name is known
    SECRET=word RUNTIME_STOP_AT="$1" runtime exec web sleep 0 7</ < /dev/null > /dev/null 2>&1 3>&- &
    until stopped=$(pgrep -r T '^runtime:exec$'); do sleep 0.02; done
}
goes_on() {
    kill -CONT "$stopped"
    wait $!
}
steps=('wait for parent' 'become root' 'become the user' 'drop capabilities' 'wait for start' 'load seccomp' execute)

look='p=$(grep -lx runtime:exec /proc/[0-9]*/comm); p=${p%/comm}
    for fd in $(ls $p/fd); do echo "fd $fd $(readlink $p/fd/$fd | sed s/:.*//)"; done
    [ "$(stat -Lc %d:%i $p/root/)" = "$(stat -Lc %d:%i /)" ] && echo own root
    [ "$(stat -Lc %d:%i $p/cwd/)" = "$(stat -Lc %d:%i /)" ] && echo own folder
    grep -q word $p/environ && echo secret
    (echo evil > $p/exe) 2>&1'

@test "who may trace it finds nothing of the host: no descriptor, folder, root, variable or file to write to" {
    up "$traces"
    before=$(sha256sum < "$(command -v runtime)")
    for step in "${steps[@]}"; do
        echo "step: $step"
        stopped_at "$step"
        run -1 runtime exec web sh -c "$look"
        goes_on
        echo "$output" | tee shown
        [ "$(grep -c '^fd [012] /dev/null$' <<< "$output")" = 3 ]
        [ "$(grep '^fd' <<< "$output" | grep -v /dev/null | cut -d' ' -f3 | sort -u)" = socket ]
        says 'own root'
        says 'own folder'
        run ! grep secret shown
        grep -q 'Read-only file system' shown
    done
    [ "$(sha256sum < "$(command -v runtime)")" = "$before" ]
}

@test "who may not trace it sees nothing at all" {
    up
    for step in "${steps[@]}"; do
        echo "step: $step"
        stopped_at "$step"
        run -1 runtime exec web sh -c "$look"
        goes_on
        echo "$output"
        says 'Permission denied'
        run ! grep -E 'socket|own root|own folder|secret' <<< "$output"
    done
}

@test "the one between is not seen inside" {
    up "$traces"
    for step in 'enter control groups' 'join namespaces' 'make process'; do
        stopped_at "$step"
        run -1 runtime exec web sh -c 'grep -lx "runtime.*" /proc/[0-9]*/comm'
        goes_on
    done
}

@test "a container's own mounts over /proc, / and the working folder lead nowhere else" {
    up "$traces" '.mounts += [{destination: "/tmp", type: "tmpfs"}]'
    mkdir outside && echo secret > outside/file
    runtime exec web sh -c 'mkdir /tmp/self; echo 0 > /tmp/self/uid_map; mount -o bind /tmp /proc; ln -s /proc/1/root /tmp/out'
    run -0 runtime exec --cwd /tmp web sh -c 'pwd; ls /'
    run ! grep outside <<< "$output"
    run -125 runtime exec --cwd /tmp/out web true
    says 'enter working folder: enter /tmp/out: no such file or directory (ENOENT)'
}
