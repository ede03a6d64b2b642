# What the bats files of the fetcher start with, after `load helpers`: ./srv is what a server has, ./sb the sandbox.

PATH=$BATS_TEST_DIRNAME:$PATH # web_server
servers=()

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    mkdir srv sb
    echo hello > srv/hello
    chown 1000:1001 sb
}
teardown() {
    local pid
    for pid in "${servers[@]}"; do
        kill "$pid" && wait "$pid" || true
    done
    nothing_is_half
    [ -z "$(pgrep -x fetcher)" ]
}
serve() { # NAME [CERT KEY]: sets the variable NAME to its URL
    web_server "$@" 3>&- & servers+=($!)
    until [ -s "$1.port" ]; do kill -0 $!; sleep 0.02; done
    printf -v "$1" 'http%s://127.0.0.1:%s' "${2:+s}" "$(cat "$1.port")"
}
sha256() { # FILE
    sha256sum "$1" | cut -c1-64
}
nothing_is_half() {
    [ -z "$(find sb -name '.davit-*')" ]
}
holds() { # NAME...: that these and no others are in the sandbox
    diff <(printf '%s\n' "$@" | sort) <(cd sb && find . -mindepth 1 -printf '%P\n' | sort)
}
is_empty() {
    [ -z "$(ls -A sb)" ]
}
facts() { # NAME: type, mode, owner
    stat -c '%F %a %u:%g' "sb/$1"
}
