# Shims and keepers are killed at random moments, eight containers at a time: what is on record of
# their ends is true all the same. `N=200 make bats T=shim_kill` has the full figures.

load helpers
load shim_helpers

between() { # FROM TO: seconds, at random, in milliseconds
    local ms=$(($1 + RANDOM % ($2 - $1 + 1)))
    echo "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
}

# Launches a container that ends with a code of its own within three seconds, and kills those
# meanwhile: anywhere in that time, as it is made, or about when it ends. Says what became of it.
launch_and_kill() { # NUMBER WHO...
    local id=k$1 code=$((($1 - 1) % 200 + 1)) kind=$(($1 % 3)) life after pids wanted
    shift
    life=$(between 0 3000)
    case $kind in
        0) after=$(between 0 3000) ;;
        1) after=$(between 0 60) ;;
        2) after=$(between "$((10#${life/./}))" $((10#${life/./} + 120))) ;;
    esac
    mkdir "$id"
    jq --arg script "sleep $life; exit $code" --arg root "$PWD/b/rootfs" \
        '.process.args = ["sh", "-c", $script] | .root.path = $root' b/config.json > "$id/config.json"
    shim launch --name "$id" "$id/" > "$id/told" 2>&1 &
    sleep "$after"
    pids=$(jq -r "$(printf '.%s_pid,' "$@") empty | select(. > 0)" "$running/$id/status.json" 2>/dev/null) || true
    # shellcheck disable=SC2086 # they are two words
    [ -z "$pids" ] || ! kill -9 $pids 2>/dev/null || : > "$id/killed"
    local launched=0 waited=0
    wait $! || launched=$?
    timeout 60 shim wait "$id" > "$id/record" 2>> "$id/told" || waited=$?
    wanted="0 $code true $code"
    [ "$launched $waited $(jq -r '"\(.known) \(.code)"' "$id/record")" != "$wanted" ] || { echo right; return; }
    if [ $# = 2 ]; then # nobody may be left who knows: then that is what is on record
        [ "$launched $waited $(jq -r '"\(.known) \(.reason)"' "$id/record")" != "0 125 false unknown" ] || { echo unknown; return; }
        [ "$launched $waited $(jq -r '"\(.known) \(.started)"' "$id/record")" != "125 125 true null" ] || { echo never started; return; }
    fi
    echo "wrong: $id should end with $code after $life, killed after $after: launch $launched, wait $waited" \
        "$(cat "$id/told" "$id/record")"
}

machine() { # what a container could leave of itself
    mkdir -p $records $running /run/davit/runtime /var/lib/davit/sandbox
    findmnt -rno TARGET | sort
    find /sys/fs/cgroup -type d | sort
    ls -A $records $running /run/davit/runtime /var/lib/davit/sandbox
}

kill_them() { # WHO...
    bundle .
    machine > before
    local all=${N:-24}
    export -f between launch_and_kill
    export running
    # shellcheck disable=SC2016 # the inner shell is to expand it
    seq "$all" | xargs -P 8 -I{} bash -c 'launch_and_kill "$@"' - {} "$@" > outcomes 3>&-
    echo "# $* killed: $(sort outcomes | uniq -c | tr -s ' ' | tr '\n' ',') $(ls -d k*/killed | wc -l) were there to be killed" >&3
    [ "$(wc -l < outcomes)" = "$all" ]
    run -1 grep -vx -e right -e unknown -e 'never started' outcomes
    ls -d k*/killed > /dev/null # some were
    shim remove $(shim list -q)
    no_shim_is_left
    machine | diff before -
}

@test "the shim is killed: the code is right" {
    kill_them shim
    run -1 grep -vx right outcomes
}

@test "the keeper is killed: the code is right" {
    kill_them keeper
    run -1 grep -vx right outcomes
}

@test "both are killed: the code is right, or said to be unknown" {
    kill_them shim keeper
}

@test "short runs, eight at a time, leave nothing" {
    bundle '.process.args = ["true"]'
    machine > before
    seq $((${N:-40} * 3 / 2)) | xargs -P 8 -I{} sh -c 'shim run --rm b/ || echo "{}: $?"' > wrong 2>&1 3>&-
    cat wrong
    [ ! -s wrong ]
    no_shim_is_left
    machine | diff before -
}

# A shim in the foreground dies or is interrupted while it makes its container, as it runs and as it
# ends: in the making nothing of it may slip through.
@test "a run that is interrupted, or killed, leaves nothing" {
    bundle "$(script 'echo ran; exit 3')"
    cut_short() { # NUMBER
        local signal=INT code=0 pids
        [ $(($1 % 2)) = 0 ] || signal=KILL
        mkdir "$1"
        env --default-signal=INT setsid shim run --name "k$1" b/ > "$1/out" 2> "$1/err" &
        sleep "$(between 0 40)"
        kill -$signal $! 2>/dev/null || true
        wait $! || code=$?
        [ -d "$records/k$1" ] || return 0
        timeout 60 shim wait "k$1" > "$1/record" 2>> "$1/err" || true
        # What wrote its word has a code of its own, or is not known; what had not begun has none.
        jq -e --arg ran "$(cat "$1/out")" \
            'if $ran == "" then .code != 3 or .started != null else .started != null or .known == false end' "$1/record" > /dev/null ||
            echo "$1: $code $(cat "$1"/*)" >> wrong
        jq -r '"\(.known) \(.code) \(.reason)"' "$1/record" >> ends
    }
    machine > before
    export -f between cut_short
    export records
    seq $((${N:-40} * 2)) | xargs -P 8 -I{} bash -c 'cut_short {}' 2> /dev/null 3>&-
    sort ends | uniq -c
    [ ! -e wrong ] || { cat wrong; false; }
    # 130 exited: the signal came while busybox's shell ran, which catches it and exits.
    run -1 grep -vx -e 'true 3 exited' -e 'true 130 exited' -e 'true 3 stopped' -e 'true 1[23][0-9] stopped' -e 'true 125 failed' -e 'false null stopped' ends
    shim recover
    shim remove $(shim list -q)
    no_shim_is_left
    machine | diff before -
}
