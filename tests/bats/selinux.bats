# SELinux: labels where this host has it off, which is an error, and where they are none.

load helpers

teardown() {
    nothing_is_left
}

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    if mountpoint -q /sys/fs/selinux; then skip "SELinux is on"; fi
}
label=system_u:system_r:container_t:s0:c1,c2

@test "a label is an error of create, run and exec, with its place, and nothing is left" {
    bundle '.process.args = ["sleep", "60"]' ".process.selinuxLabel = \"$label\""
    run -125 runtime run b/
    says "check config: config.json: /process/selinuxLabel: \"$label\": SELinux is off on this host"
    run -1 runtime create -b b web
    says "check config: config.json: /process/selinuxLabel"
    bundle 'del(.process.selinuxLabel)' ".linux.mountLabel = \"$label\""
    run -125 runtime run b/
    says "check config: config.json: /linux/mountLabel: \"$label\": SELinux is off on this host"
    run -1 runtime check b
    says "config.json: /linux/mountLabel: \"$label\": SELinux is off on this host"
    bundle '.linux.mountLabel = "a\"b"'
    run -125 runtime run b/
    says 'config.json: /linux/mountLabel: "a"b" is no label'
    nothing_is_left
    bundle 'del(.linux.mountLabel)'
    runtime create -b b web 3>&-
    run -125 runtime exec --process-label "$label" web true
    says "read process: --process-label: \"$label\": SELinux is off on this host"
    jq ".process | .args = [\"true\"] | .selinuxLabel = \"$label\"" b/config.json > process.json
    run -125 runtime exec --process process.json web
    says "process.json: /selinuxLabel: \"$label\": SELinux is off on this host"
    runtime delete --force web
}

@test "an empty label is none" {
    bundle '.process.selinuxLabel = "" | .linux.mountLabel = ""' "$(script 'grep -c context= /proc/self/mountinfo; exec sleep 60')"
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    run -0 runtime exec --process-label '' web echo joined
    [ "$output" = joined ]
    [ "$(cat out)" = 0 ]
    runtime delete --force web
}
