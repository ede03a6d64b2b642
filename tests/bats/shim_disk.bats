# A full disk under /var/lib/davit: whoever asked is told why, nothing half-made stays, and what is on
# record of containers that ran is true and readable.

load helpers
load shim_helpers
eval "$(declare -f teardown | sed '1s/teardown/clear_away/')"

data=/var/lib/davit

teardown() {
    if ! mountpoint -q $data; then return; fi
    rm -f $data/filler
    clear_away
    umount $data
}

disk() { # OPTIONS: of a tmpfs that is there instead of it
    mkdir -p $data
    mount -t tmpfs -o "$1" tmpfs $data
    mkdir $records $data/sandbox
}
fill() { # [PAGES]: to leave free
    dd if=/dev/zero of=$data/filler bs=4096 2> /dev/null || true
    truncate -s -$((${1:-0} * 4096)) $data/filler
}
nothing_is_made() {
    [ -z "$(ls -A $records $data/sandbox | grep -v :)" ]
    no_shim_is_left
    nothing_is_left
}

# It works or it does not: nothing between. Ends with what `shim VERB` ended with.
try() { # VERB
    local code=0
    shim "$1" --name web b/ > out 2> err 3>&- || code=$?
    echo "$1: $code, $(cat out err)"
    case $code in
        125)
            [ "$(wc -l < err)" = 1 ]
            grep -q "^shim: $1 web: .*: no space left on device (ENOSPC)$" err
            if [ -d $records/web ]; then # begun, and then told on record
                [ "$(record web '[.known, .code, .reason, .started] | @json')" = '[true,125,"failed",null]' ]
                shim remove web
            fi
            ;;
        7 | 0)
            run -7 shim wait web
            [ "$(record web '[.known, .code, .reason] | @json')" = '[true,7,"exited"]' ]
            shim remove web
            ;;
        *) false ;;
    esac
    nothing_is_made
    echo "$code" >> codes
}

@test "with any room that is left, a container runs or is refused in one sentence" {
    bundle "$(script 'exit 7')"
    disk size=64k
    for pages in 0 1 2 3; do
        fill $pages
        try run
        try launch
    done
    grep -q 125 codes && grep -q 7 codes
}

@test "the same with any number of files" {
    bundle "$(script 'exit 7')"
    for files in 4 5 6 7 8 9 10 11; do
        disk nr_inodes=$files
        try run
        try launch
        umount $data
    done
    grep -q 125 codes && grep -q 7 codes
    disk size=64k # for what comes after a test
}

@test "a disk that fills up while a container runs: the record is true, the logs are there" {
    bundle "$(script 'echo before; while [ ! -e /end ]; do sleep 0.05; done; exit 7')"
    disk size=64k
    shim launch --name web b/
    until shim logs web | grep -q before; do sleep 0.02; done
    fill
    run -125 shim launch --name other b/
    says 'shim: launch other: '
    # Whoever takes over finds no more room than the first.
    before=$(of web shim_pid)
    kill -9 "$before"
    until [ "$(of web shim_pid)" != "$before" ]; do sleep 0.05; done
    touch b/rootfs/end
    run -7 timeout 20 shim wait web
    [ "$(record web '[.known, .code, .reason, .stage] | @json')" = '[true,7,"exited","supervise"]' ]
    [ "$(shim logs web)" = before ]
    [ "$(shim list -q)" = web ]
    shim remove web
    nothing_is_made
}

@test "a container that fills the disk itself hears of it, and nobody else does" {
    bundle "$(script 'yes 2>/dev/null; exit 7')"
    disk size=64k
    shim launch --name web b/
    run -7 timeout 20 shim wait web
    [ "$(record web '[.known, .code, .reason] | @json')" = '[true,7,"exited"]' ]
    [ "$(shim logs web | head -n 1)" = y ]
    [ "$(shim logs web | wc -c)" -gt 30000 ]
    run -125 shim run --name other b/
    says 'no space left on device (ENOSPC)'
}
