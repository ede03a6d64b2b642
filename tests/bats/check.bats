# check and plan: what is wrong with a bundle, and what would be done with it.
load helpers

@test "check says nothing of a good bundle, and leaves nothing" {
    bundle '.hooks.createRuntime = [{path: "/bin/touch", args: ["touch", "'"$work"'/hooked"]}]'
    run -0 runtime check b
    [ -z "$output" ]
    [ ! -e hooked ]
    nothing_is_left
    cd b
    run -0 runtime check
}

@test "check tells all faults of config.json at once, each with its place" {
    bundle '.process.cwd = "tmp" | .linux.namespaces += [{type: "pid"}] | .hostname = 7'
    run -1 --separate-stderr runtime check b
    [ ${#lines[@]} -eq 3 ]
    [[ ${lines[0]} =~ ^config.json:[0-9]+:[0-9]+:\ /process/cwd:\ \"tmp\"\ is\ not\ an\ absolute\ path$ ]]
    [[ $output == *'/linux/namespaces/6/type: a second "pid", one is allowed'* ]]
    [[ $output == *'/hostname: 7 is a number, a string is needed'* ]]
    [ -z "$stderr" ]
}

@test "check looks at this host: root, mounts, namespaces, hooks, parameters" {
    bundle '.mounts += [{destination: "/x", source: "/nowhere", options: ["bind"]}]
        | .linux.namespaces += [{type: "user", path: "/proc/1/ns/mnt"}]
        | .linux.sysctl = {"kernel.panic": "1"}
        | .hooks.poststop = [{path: "/nowhere"}]'
    run -1 runtime check b
    [ ${#lines[@]} -eq 4 ]
    [[ $output == *"config.json: /linux/sysctl: kernel.panic: it belongs to no namespace"* ]]
    [[ $output == *"config.json: /mounts/7 (/x): open /nowhere: no such file or directory (ENOENT)"* ]]
    [[ $output == *"config.json: /linux/namespaces (user): /proc/1/ns/mnt: is a mount namespace"* ]]
    [[ $output == *"config.json: /hooks/poststop/0/path: execute /nowhere: no such file"* ]]

    rm -r b
    bundle '.process.args = ["nix"]'
    run -1 runtime check --no-trial b
    [ "$output" = 'config.json: /process/args/0: exec "nix": executable file not found in the root file system' ]
    rm -r b/rootfs
    run -1 runtime check b
    says "config.json: /root/path: open $work/b/rootfs: no such file or directory (ENOENT)"
}

@test "what only the making can tell is told by a trial" {
    bundle '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 10, hard: 10000000000}]'
    run -0 runtime check --no-trial b
    run -1 runtime check b
    says "init: set limits: "
    nothing_is_left
}

@test "a trial does not disturb the container whose groups the config names" {
    bundle '.linux.cgroupsPath = "/davit-own" | .process.args = ["sleep", "1000"]'
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    run -0 runtime check b
    [ "$(status_of web)" = running ]
    [ "$(runtime list -q)" = web ]
    runtime delete --force web
    nothing_is_left
}

@test "check --strict tells of unknown properties, and of what may have been meant" {
    bundle '.hostnme = "web" | .process.my_own = 1'
    run -0 runtime check b
    run -1 runtime check --strict b
    [[ ${lines[0]} == *"/process/my_own: is unknown" ]]
    [[ ${lines[1]} == *"/hostnme: is unknown" ]]
    [ "${lines[2]}" = 'hint: did you mean "hostname"?' ]
}

@test "check --json is the same for programs" {
    bundle '.hostname = 7'
    run -1 --separate-stderr runtime check --json b
    [ "$(jq -c '[.ok, .problems[0].path, (.problems | length)]' <<<"$output")" = '[false,"/hostname",1]' ]
    rm -r b
    bundle '.process.capabilities.bounding += ["CAP_FLY"]'
    run -0 --separate-stderr runtime check --json b
    [ "$(jq -c '[.ok, .problems[].level]' <<<"$output")" = '[true,"warning"]' ]
}

@test "who cannot create is told so" {
    dir=$(mktemp -d)
    chmod 755 "$dir"
    cp "$(command -v runtime)" "$dir"
    command bundle "$dir/b"
    run -1 setpriv --reuid=65534 --clear-groups "$dir/runtime" check "$dir/b"
    rm -r "$dir"
    says "containers are made by root only"
    run -1 runtime check nowhere
    says "runtime: check: open nowhere: no such file or directory (ENOENT)"
}

@test "plan tells each step, and touches nothing" {
    bundle '.linux.resources.memory.limit = 33554432 | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
            syscalls: [{names: ["swapon"], action: "SCMP_ACT_ERRNO"}]}
        | .mounts += [{destination: "/data", source: "rootfs", options: ["bind", "ro"]}]'
    find b -printf '%p %T@ %C@\n' | sort > before
    run -0 --separate-stderr runtime plan b
    find b -printf '%p %T@ %C@\n' | sort | diff before -
    [ -z "$stderr" ]
    [[ $output == *"write 33554432  to $(v1_or_v2 memory.limit_in_bytes memory.max)  for /linux/resources/memory/limit"* ]]
    [[ $output == *"  bind $work/b/rootfs  on /data  options bind ro"* ]]
    [[ $output == *"  make pid"* && $output != *"  make user"* ]]
    nothing_is_left

    # The steps are those that --trace names, in their order.
    grep -v '^ ' <<<"$output" | grep -vx execute > planned
    runtime --trace run b/ < /dev/null 2>&1 | sed -n 's/^ *[0-9]* us  //p' > done
    grep -xFf planned done | diff planned -
}

@test "plan --json holds the same" {
    bundle '.process.args = ["sh", "-c", "exit 7"]'
    run -0 --separate-stderr runtime plan --json b
    [ "$(jq -c '.[] | select(.step == "execute").does' <<<"$output")" = '[{"program":["sh","-c","exit 7"],"in":"/"}]' ]
    jq -e '.[] | select(.step == "drop capabilities").does | length > 4' <<<"$output"
    run -1 runtime plan nowhere
    says "runtime: plan: open nowhere: no such file or directory (ENOENT)"
}
