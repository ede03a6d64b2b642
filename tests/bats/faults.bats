# Every named step of every pipeline fails once, and dies once: nothing is left after
# `delete --force`, whatever the record says by then.

load helpers

teardown() {
    nothing_is_left
}

traced() { # COMMAND...: adds its steps and its init's to ./trace
    RUNTIME_TRACE=1 "$@" >> trace 2>&1 3>&-
}
steps() { # in ./trace; the last one of init's ends it
    (sed -n 's/^ *[0-9]* us  //p' trace; echo execute) | sort -u
}

# Makes a container and has it run with VARIABLE=STEP in the environment; says whether both worked.
make_with() { # VARIABLE STEP
    : > told
    env "$1=$2" timeout 20 runtime create -b b web >> told 2>&1 3>&- &&
        env "$1=$2" timeout 20 runtime start web >> told 2>&1
}

die_at() { # STEP
    # Once it has the word, init's end looks the same from outside whether it executed or died.
    if make_with RUNTIME_KILL_AT "$1"; then
        [[ $1 = 'run start hooks' || $1 = 'leave start socket' || $1 = 'load seccomp' || $1 = execute ]]
    fi
}

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    bundle '.process.args = ["sleep", "60"]'
    traced runtime create -b b web
    traced runtime start web
    runtime delete --force web
    steps > steps
    [ "$(wc -l < steps)" -gt 30 ]
    for step in 'take id' 'start init' mount 'pivot into rootfs' 'wait for start' 'open to start' 'start program'; do
        grep -qx "$step" steps
    done
}

@test "a step that fails is named, and what was done before it is undone" {
    while read -r step; do
        echo "step: $step"
        run ! make_with RUNTIME_FAIL_AT "$step"
        grep -qE "^runtime: (create|start) web: (.*: )?$step: failed on request$" told
        # What create could not finish is gone by now; what start could not is there, stopped.
        if grep -q '^runtime: create' told; then
            nothing_is_left
        else
            runtime delete web
        fi
        runtime delete --force web
        nothing_is_left
    done < steps
}

@test "whoever dies at any step leaves nothing that delete --force does not remove" {
    while read -r step; do
        echo "step: $step"
        die_at "$step"
        runtime delete --force web
        nothing_is_left
    done < steps
}

@test "the same with a record that was damaged meanwhile" {
    for damage in 'echo "{" >' 'truncate -s 0' 'rm -f'; do
        while read -r step; do
            echo "step: $step, damage: $damage"
            die_at "$step"
            if [ -d /run/davit/runtime/web ]; then eval "$damage /run/davit/runtime/web/state.json"; fi
            runtime delete --force web
            nothing_is_left
        done < steps
    done
}

@test "run undoes everything, too" {
    bundle '.process.args = ["true"]'
    rm trace
    traced runtime run b/
    steps > steps
    while read -r step; do
        echo "step: $step"
        if env RUNTIME_FAIL_AT="$step" timeout 20 runtime run b/ > told 2>&1 3>&-; then
            # The program has ended by then: its code counts, and the failure is told.
            [[ $step = kill || $step = 'remove control groups' || $step = 'run poststop hooks' || $step = 'remove record' ]]
            grep -q "$step: failed on request" told
            runtime delete --force "$(runtime list -q)"
        fi
        nothing_is_left
    done < steps
}

@test "two hundred containers, four at a time, leave nothing" {
    state() { findmnt -rno TARGET | sort; find /sys/fs/cgroup -type d | sort; ls -A /run/davit; }
    state > before
    one() {
        runtime create -b b "c$1" 3>&- && runtime start "c$1" && runtime delete --force "c$1" || echo "c$1"
    }
    export -f one
    seq 200 | xargs -P 4 -I{} bash -c 'one {}' > failed 2>&1
    [ ! -s failed ]
    state | diff before -
}
