load helpers
load fetcher_helpers

steps='check names,watch signals,open sandbox,read certificates,clear leftovers,make work folder,fetch,unpack,place,
remove work folder,make file,get,check sha256,give file,open archive,make folder,unpack archive,a/hello,t.tgz'

prepare() {
    mkdir -p t/d; echo 1 > t/d/x; echo 2 > t/y
    tar -C t -czf srv/t.tgz d y
    serve web
    command=(fetcher -q -d sb -o a/hello "$web/plain/hello" --extract "$web/plain/t.tgz")
}
# Whatever is there is whole: the old, or the new.
is_whole() {
    local name
    for name in $(cd sb && find . -path './.davit-*' -prune -o -type f -printf '%P\n'); do
        case $name in
            a/hello) cmp srv/hello sb/a/hello || [ "$(cat sb/a/hello)" = old ] ;;
            t.tgz) cmp srv/t.tgz sb/t.tgz ;;
            d/x) [ "$(cat sb/d/x)" = 1 ] || [ "$(cat sb/d/x)" = old ] ;;
            y) [ "$(cat sb/y)" = 2 ] ;;
            *) echo "what is $name?"; false ;;
        esac || return 1
    done
}
complete() {
    "${command[@]}"
    holds a a/hello t.tgz d d/x y
    [ "$(cat sb/a/hello sb/d/x sb/y)" = $'hello\n1\n2' ]
    find sb -mindepth 1 -delete
}
all_gone() { # workers die with their parent, a moment later
    until [ -z "$(pgrep -x fetcher)" ]; do sleep 0.01; done
}

@test "faults: whoever fails or dies at any step leaves whole things, and the next one completes" {
    prepare
    readarray -td, names < <(tr -d '\n' <<<"$steps")
    for step in "${names[@]}"; do
        for how in FAIL KILL; do
            mkdir sb/a sb/d; echo old > sb/a/hello; echo old > sb/d/x
            run env "FETCHER_${how}_AT=$step" "${command[@]}"
            [ "$status" -ne 0 ] || { echo "$how at $step: it succeeded"; false; }
            [ $how = KILL ] || says ": $step: failed on request"
            all_gone
            is_whole
            # A failure undoes everything; only after the last thing has its place it does not.
            if [ $how = FAIL ] && [ "$step" != 'remove work folder' ]; then
                holds a a/hello d d/x
                [ "$(cat sb/a/hello sb/d/x)" = $'old\nold' ]
            fi
            complete
        done
    done
}

@test "faults: a signal ends it as a failure does" {
    prepare
    for signal in INT TERM HUP QUIT; do
        FETCHER_STOP_AT='unpack archive' "${command[@]}" 2> err & pid=$!
        until grep -qs '^State:.T' $(pgrep -x fetcher | sed 's,.*,/proc/&/status,'); do sleep 0.01; done
        kill -$signal $pid
        status=0; wait $pid || status=$?
        [ $status = 1 ]
        grep "fetcher: unpack: stopped by SIG$signal" err
        all_gone
        is_empty
    done
}

@test "faults: killed at random, the sandbox holds whole things, and the next run completes" {
    prepare
    head -c 4000000 /dev/urandom > srv/big
    for ((i = 0; i < ${N:-12}; i++)); do
        "${command[@]}" -o big "$web/slow/big" 2>/dev/null & pid=$!
        sleep "0.0$((RANDOM % 10))$((RANDOM % 10))"
        kill -9 $pid 2>/dev/null || true
        wait $pid || true
        all_gone
        [ ! -e sb/big ] || cmp srv/big sb/big
        rm -f sb/big
        is_whole
        [ $((RANDOM % 2)) = 0 ] || complete
    done
    complete
}
