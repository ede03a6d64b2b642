load helpers

teardown() {
    timeout 20 runtime delete --force web
    nothing_is_left
}

two() { # a shell and its child
    running "$(script 'sleep 1011 & wait')"
    until pgrep -fx 'sleep 1011' > child; do sleep 0.02; done
    jq .pid <<<"$(runtime state web)" > init
}

@test "a table of its processes alone, as ps -ef tells them" {
    two
    run -0 --separate-stderr runtime ps web
    [ "${#lines[@]}" = 3 ]
    [[ ${lines[0]} =~ ^UID\ +PID\ +PPID\ .*CMD$ ]]
    [[ ${lines[1]} =~ ^root\ +$(cat init)\ .*sh\ -c ]]
    [[ ${lines[2]} =~ ^root\ +$(cat child)\ +$(cat init)\ .*sleep\ 1011$ ]]
    [ -z "$stderr" ]
    run -0 runtime ps --format table web
    [ "${#lines[@]}" = 3 ]
}

@test "what follows the id goes to ps" {
    two
    run -0 runtime ps web -A -o pid,args
    [[ ${lines[0]} =~ ^\ +PID\ COMMAND$ ]]
    [[ ${lines[2]} =~ ^\ +$(cat child)\ sleep\ 1011$ ]]
    [ "${#lines[@]}" = 3 ]
    run -0 runtime ps web aux
    [ "${#lines[@]}" = 3 ]
    run -1 runtime ps web -A -o args
    says 'runtime: ps web: what ps prints with these options has no column PID'
    run -1 runtime ps web --fly
    says 'runtime: ps web: /usr/bin/ps ended with 1'
}

@test "json: the numbers, also of groups below; no PATH is needed" {
    two
    run -0 runtime ps -f json web
    [ "$output" = "[$(cat init),$(cat child)]" ]
    for folder in $(find /sys/fs/cgroup -type d -name davit-web); do
        mkdir "$folder/below"
        if [ -e "$folder/cpuset.cpus" ]; then
            for file in cpus mems; do cat "$folder/cpuset.$file" > "$folder/below/cpuset.$file"; done 2>/dev/null || true
        fi
        cat child > "$folder/below/cgroup.procs" || rmdir "$folder/below"
    done
    run -0 runtime ps --format=json web
    [ "$output" = "[$(cat init),$(cat child)]" ]
    run -0 env -i "$(command -v runtime)" ps web
    says 'sleep 1011'
}

@test "one that is paused is listed, too" {
    two
    runtime pause web
    run -0 timeout 20 runtime ps -f json web
    [ "$output" = "[$(cat init),$(cat child)]" ]
    run -0 timeout 20 runtime ps web
    says 'sleep 1011'
}

@test "one that has stopped has none; what is not there is an error" {
    running '.process.args = ["true"]'
    until_status web stopped
    run -0 runtime ps -f json web
    [ "$output" = "[]" ]
    run -0 runtime ps web
    [ "${#lines[@]}" = 1 ]
    runtime delete web
    run -1 runtime ps web
    [ "$output" = "runtime: ps web: container does not exist" ]
    run -2 runtime ps -f yaml web
}

@test "nothing of the container is executed for it" {
    up
    rm b/rootfs/bin/ps # a link to this machine's /bin/busybox
    printf '#!/bin/sh\ntouch /owned\n' > b/rootfs/bin/ps
    cp b/rootfs/bin/ps ps
    chmod +x ps b/rootfs/bin/ps
    (cd b/rootfs && PATH=:.:bin:$PATH runtime ps web)
    [ ! -e b/rootfs/owned ] && [ ! -e /owned ]
    run -1 env PATH=/nowhere "$(command -v runtime)" ps web
    [ "$output" = 'runtime: ps web: there is no ps in $PATH; --format json needs none' ]
}
