# AppArmor: the profile of a program, where the host has it on (Debian's own kernel in make test-vm).

load helpers

teardown() {
    nothing_is_left
}

is_on() { grep -qs Y /sys/module/apparmor/parameters/enabled; }
profile() { # NAME: the filter for it
    echo ".process.apparmorProfile = \"$1\""
}

@test "a profile that this host cannot have is an error, of create and of exec" {
    if is_on; then why='AppArmor profile "davit-none" is not loaded on this host'; else why='"davit-none": AppArmor is off on this host'; fi
    bundle '.process.args = ["sleep", "60"]' "$(profile davit-none)"
    run -125 runtime run b/
    says "$why"
    bundle "$(profile '')"
    runtime create -b b web 3>&-
    run -125 runtime exec --apparmor davit-none web true
    says "$why"
    jq '.process | .args = ["true"] | .apparmorProfile = "davit-none"' b/config.json > process.json
    run -125 runtime exec --process process.json web
    says "$why"
    runtime delete --force web
}

@test "the program is confined, and so is what joins it, hooks of the host are not" {
    is_on || skip "AppArmor is off on this host"
    command -v apparmor_parser || skip "apparmor_parser is not installed"
    mountpoint -q /sys/kernel/security || mount -t securityfs none /sys/kernel/security
    apparmor_parser -r <<< 'profile davit-test flags=(attach_disconnected) { file, signal, capability, deny /etc/hostname r, }'
    # shellcheck disable=SC2016
    bundle "$(profile davit-test)" "$(script 'cat /proc/self/attr/current; cat /etc/hostname; exec sleep 60')" \
        ".hooks.createContainer = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"cat /proc/self/attr/current > $work/hook\"]}]" \
        '.hooks.startContainer = [{path: "/bin/sh", args: ["sh", "-c", "cat /proc/self/attr/current >&2; exit 3"]}]'
    echo name > b/rootfs/etc/hostname
    run -125 runtime run b/
    says 'davit-test (enforce)'
    grep -q unconfined hook
    bundle 'del(.hooks)'
    runtime create -b b web > out 2>&1 3>&-
    runtime start web
    until grep -q denied out; do sleep 0.02; done
    grep -q 'davit-test (enforce)' out
    run -1 runtime exec web cat /etc/hostname
    says 'Permission denied'
    run -0 runtime exec --apparmor unconfined web cat /etc/hostname
    [ "$output" = name ]
    runtime delete --force web
    apparmor_parser -R <<< 'profile davit-test { }'
}
