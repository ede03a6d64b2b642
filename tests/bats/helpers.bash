# What every bats file starts with: `load helpers`.

bats_require_minimum_version 1.5.0

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
}

# An error is one sentence, as the user is to read it: a line, or two where the second is a hint.
says() { # TEXT
    if [[ $output != *"$1"* ]]; then
        echo "expected: $1"
        echo "found:    $output"
        return 1
    fi
}

bundle() { # FILTER...: a bundle in ./b
    command bundle b "$@"
}
script() { # TEXT: the filter that makes it the program
    jq -rn --arg text "$1" '".process.args = \(["sh", "-c", $text])"'
}

# Pure cgroup v2, or v1 (with a v2 half beside it)?
pure_v2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }
v1_or_v2() { # TEXT-OF-V1 TEXT-OF-V2: the one for this machine
    if pure_v2; then echo "$2"; else echo "$1"; fi
}
cgroup_of() { # CONTROLLER [NAME]: the folder of a group in the hierarchy that has the controller
    echo "/sys/fs/cgroup$(v1_or_v2 "/$1" '')${2:+/$2}"
}

# The container `web`, running; what it has to say goes to ./out.
running() { # FILTER...
    bundle "$@"
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
}
up() { # FILTER...: one that does nothing
    running '.process.args = ["sleep", "1000"]' "$@"
}

# Nothing of a container may outlive it.
nothing_is_left() {
    [ -z "$(ls /run/davit/runtime 2>/dev/null)" ] # what is hidden is no container (.seccomp)
    # Whoever has died may still be there until process 1 has reaped it.
    for ((i = 0; i < 100; i++)); do pgrep '^runtime' || break; sleep 0.05; done
    [ "$i" -lt 100 ]
    [ -z "$(find /sys/fs/cgroup -type d -name 'davit-*')" ]
    [ -z "$(findmnt -rno TARGET | grep -F "$work")" ]
}

status_of() { # ID
    runtime state "$1" | jq -r .status
}
until_status() { # ID STATUS
    until [ "$(status_of "$1")" = "$2" ]; do sleep 0.02; done
}
