load helpers

@test "--version tells the version, the commit and the spec, as engines read it" {
    run -0 runtime --version
    [[ ${lines[0]} =~ ^davit\ runtime\ version\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    [[ ${lines[1]} =~ ^commit:\ [0-9a-f]+ ]]
    [ "${lines[2]}" = "spec: 1.3.0" ]
    run -0 runtime -v
    [ "${lines[2]}" = "spec: 1.3.0" ]
}

@test "--help of the program and of every verb is on standard output and ends with 0" {
    run -0 --separate-stderr runtime --help
    [[ ${lines[0]} = "usage: runtime [options] VERB ..." ]]
    [ -z "$stderr" ]
    for verb in $(sed -n '/^verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' <<<"$output"); do
        run -0 --separate-stderr runtime "$verb" --help
        [[ ${lines[0]} = "usage: runtime $verb [options]"* ]]
        [ -z "$stderr" ]
    done
}

@test "a wrong command line is one sentence on standard error and ends with 2" {
    run -2 --separate-stderr runtime
    [ "$stderr" = "runtime: no verb; --help lists them" ]
    [ -z "$output" ]
    run -2 runtime fly
    [ "${lines[0]}" = 'runtime: unknown verb "fly"' ]
    run -2 runtime spec --wings
    [ "${lines[0]}" = "runtime: spec: unknown option --wings" ]
}

@test "output that cannot be written is a failure" {
    run -1 bash -c 'runtime --version >/dev/full'
    [ "$output" = "runtime: write to standard output: no space left on device (ENOSPC)" ]
}

@test "--debug tells the line of source" {
    run -1 runtime --debug spec -b nowhere
    [[ ${lines[1]} =~ ^at\ sys/file.cpp:[0-9]+$ ]]
}

@test "the program is fully static" {
    [ -z "${SAN-}" ] || skip "a sanitizer's library is dynamic"
    run -0 readelf -ld "$(command -v runtime)"
    [[ $output != *NEEDED* && $output != *"program interpreter"* ]]
}

@test "--root / is refused, however it is spelled" {
    ln -s / link
    for root in / // /. /tmp/.. link; do
        run -2 runtime --root "$root" list
        [ "$output" = "runtime: list: --root $root: containers cannot have their folders beside the system's" ]
    done
    run -2 runtime --root / delete --force etc
    run -0 runtime --root nowhere/yet list -q
}

@test "--trace tells on standard error what each step took, and changes nothing else" {
    bundle '.process.args = ["sh", "-c", "echo said; exit 7"]'
    run -7 --separate-stderr runtime --trace run b/
    [ "$output" = said ]
    while read -r line; do [[ $line =~ ^[0-9]+\ us\ \ [a-z] ]]; done <<<"$stderr"
    grep -q ' us  read bundle$' <<<"$stderr"
    grep -q ' us  pivot into rootfs$' <<<"$stderr"
}
