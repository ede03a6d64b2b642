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
