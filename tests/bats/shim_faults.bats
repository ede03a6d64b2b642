# Every named step of shim, keeper, their successors and `runtime` fails once, and dies once: what
# the caller hears and what is on record is true, and nothing is left.

load helpers
load shim_helpers

trace() { # COMMAND...: the steps of a launch, as they are done
    : > "$work/trace"
    SHIM_TRACE=$work/trace "$@" shim launch --name web b/ 3>&- || true
    shim wait web || true
    shim remove web
    sed 's/^ *[0-9]* us  //' trace
}

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    bundle '.process.args = ["no-such-program"]'
    trace env | grep -v @ > missing
    bundle "$(script 'exit 7')"
    trace env > steps
    trace env SHIM_KILL_AT='create container' > shim2
    trace env SHIM_KILL_AT='begin create' > keeper2
    sort -u missing steps <(grep -v @ shim2) -o steps
    sort -u <(grep @2 shim2) -o shim2
    sort -u <(grep @2 keeper2) -o keeper2
    # What must be among them for the tests to be worth anything.
    all_in steps 'make record' 'reserve room' 'write launch' 'take id' 'make sandbox' 'make folder' 'write id file' \
        'hire keeper' 'open supervision' 'create container' 'start container' 'tell client' supervise \
        'record exit' 'delete container' 'remove folder' 'remove record' 'tell failure' \
        'deliver output' 'become keeper' 'begin create' 'note created' 'tell created' 'begin start' 'tell started' \
        'write raw' reap 'tell the end' 'make a shim'
    all_in shim2 'hire keeper@2' 'create container@2' supervise@2 'record exit@2' 'tell failure@2'
    all_in keeper2 'become keeper@2' 'tell created@2' 'write raw@2' 'tell the end@2'
}
all_in() { # FILE STEP...
    for step in "${@:2}"; do grep -qx "$step" "$1" || { echo "no step \"$step\" in $1"; return 1; }; done
}

# Begins a container with these in the environment; is what came of it as JUDGE allows? `code`,
# `told` and `said` are the caller's, `end` is what is on record once nobody is at work on it.
begin() { # JUDGE VERB VARIABLE=VALUE...
    local judge=$1 verb=$2
    code=0 end=''
    env "${@:3}" timeout 60 shim "$verb" --name web b/ > out 2> err 3>&- || code=$?
    told=$(cat out) said=$(cat err)
    if [ -d $records/web ]; then
        timeout 60 shim wait web > /dev/null 2> waited || [ ! -s waited ]
        end=$(record web '"\(.known) \(.code) \(.reason) \(if .started then "started" else "not started" end)"')
    fi
    "$judge" "$verb" || { echo "$@: code $code, told \"$told\", said \"$said\", record: $end" && return 1; }
    shim recover
    [ ! -d $records/web ] || shim remove web
    no_shim_is_left
    [ -z "$(ls -A $records /var/lib/davit/sandbox | grep -v :)" ]
    nothing_is_left
}
one_sentence() { # VERB [END]
    [ "$(wc -l < err)" = 1 ] && [[ $said =~ ^"shim: $1 web: "(.*)${2-} ]]
}
end_is() { # PATTERN...: one of these is on record
    local pattern
    for pattern; do
        # shellcheck disable=SC2053 # it is a pattern
        [[ $end != $pattern ]] || return 0
    done
    return 1
}

failed() { # VERB: at $step
    local sentence="${step%@*}: failed on request"
    case $1,$code in
        # It never ran, or we ended it.
        *,125) one_sentence "$1" "$sentence" && end_is '' 'true 125 failed not started' 'false null failed started' ;;
        run,7) { [ -z "$said" ] || one_sentence run "$sentence"; } && end_is 'true 7 exited started' ;;
        launch,0) [ "$told/$said" = web/ ] && end_is 'true 7 exited started' 'false null failed started' ;;
        *) false ;;
    esac
}

@test "a step that fails is named; the record is true" {
    for verb in run launch; do
        while read -r step; do begin failed $verb SHIM_FAIL_AT="$step"; done < steps
    done
}

@test "a step of a successor that fails" {
    while read -r step; do
        begin failed launch SHIM_FAIL_AT="$step" SHIM_KILL_AT='create container'
    done < shim2
    while read -r step; do begin failed run SHIM_FAIL_AT="$step" SHIM_KILL_AT='begin create'; done < keeper2
}

# Who dies alone takes nothing with it: how it ended is known, or that it never ran.
one_died() { # VERB
    case $1,$code in
        run,132) end_is '' 'true 7 * started' 'true 137 stopped started' 'true 125 * not started' ;;
        run,7) end_is 'true 7 exited started' ;;
        launch,0) [ "$told" = web ] && end_is 'true 7 exited started' ;;
        launch,125) one_sentence launch && end_is '' 'true 125 failed not started' ;;
        *) false ;;
    esac
}

@test "who dies at any step is replaced, or leaves what recover clears away; the record is true" {
    for verb in run launch; do
        while read -r step; do begin one_died $verb SHIM_KILL_AT="$step"; done < steps
    done
}

@test "who dies beside a terminal" {
    bundle '.process.terminal = true'
    while read -r step; do begin one_died launch SHIM_KILL_AT="$step"; done < steps
}

nobody_saw() { # VERB
    case $1,$code in
        run,125) one_sentence run 'nobody saw how it ended' && end_is 'false null unknown started' ;;
        launch,0) end_is 'false null unknown started' ;;
        *) false ;;
    esac
}

@test "where the only witness could not write, and dies: that is on record" {
    for verb in run launch; do
        begin nobody_saw $verb SHIM_FAIL_AT='write raw' SHIM_KILL_AT='tell the end'
    done
}

# Nobody may be left who knows: then that is on record.
two_died() {
    case $code in
        0) end_is 'true 7 exited started' 'false null unknown started' ;;
        125) one_sentence launch && end_is 'true 125 failed not started' ;;
        *) false ;;
    esac
}

@test "the same of successors" {
    for first in 'create container' supervise; do
        while read -r step; do begin two_died launch SHIM_KILL_AT="$first,$step"; done < shim2
    done
    while read -r step; do begin two_died launch SHIM_KILL_AT="begin create,$step"; done < keeper2
}

# Once init has the word its end looks the same from outside whether it executed or died.
init_may_die_unseen() {
    [[ $step = 'run start hooks' || $step = 'leave start socket' || $step = 'load seccomp' || $step = execute ]] && end_is 'true 132 signaled started'
}

runtime_failed() { # VERB
    case $1,$code in
        run,125) one_sentence "$1" "$step: failed on request" && end_is 'true 125 failed not started' ;;
        run,7) end_is 'true 7 exited started' ;;
        *) false ;;
    esac
}
runtime_died() { # VERB
    case $1,$code in
        launch,125) one_sentence "$1" && end_is 'true 125 failed not started' ;;
        launch,0) end_is 'true 7 exited started' || init_may_die_unseen ;;
        *) false ;;
    esac
}

@test "a runtime that fails or dies at any step" {
    RUNTIME_TRACE=1 runtime create -b b web > trace 2>&1 3>&-
    for verb in start 'delete --force'; do
        # shellcheck disable=SC2086 # they are two words
        RUNTIME_TRACE=1 runtime $verb web >> trace 2>&1 3>&-
    done
    (sed -n 's/^ *[0-9]* us  //p' trace; echo execute) | sort -u > steps
    [ "$(wc -l < steps)" -gt 30 ]
    all_in steps 'take id' mount 'start program' 'remove control groups' 'remove record'
    while read -r step; do
        begin runtime_failed run RUNTIME_FAIL_AT="$step"
        begin runtime_died launch RUNTIME_KILL_AT="$step"
    done < steps
}
