load helpers

@test "an error is a line of JSON in the log, and a sentence on standard error" {
    bundle '.process.args = ["nope"]'
    run -127 --separate-stderr runtime --log log --log-format json run -b b web
    [ "$stderr" = 'runtime: run web: init: find program: exec "nope": executable file not found in $PATH' ]
    [ "$(wc -l < log)" = 1 ]
    [ "$(jq -r '.level, .msg, .step, .code' log)" = $'error\n'"${stderr#runtime: }"$'\nfind program\n127' ]
    [[ $(jq -r .time log) =~ ^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$ ]]
    bundle '.process.cwd = "tmp"'
    run -125 runtime --log log --log-format json run -b b web
    [ "$(wc -l < log)" = 2 ]
    [ "$(tail -1 log | jq -r '.path, .step')" = $'/process/cwd\nread bundle' ]
    [ "$(tail -1 log | jq .line)" -gt 1 ]
    run -125 runtime --log log --log-format json run nowhere/
    [ "$(tail -1 log | jq -r .errno)" = ENOENT ]
}

@test "without a file JSON goes to standard error" {
    run -1 --separate-stderr runtime --log-format json state web
    [ "$(jq -r .msg <<<"$stderr")" = "state web: container does not exist" ]
}

@test "success is silent, warnings are in the log" {
    bundle '.process.args = ["true"]' '.process.capabilities.bounding += ["CAP_MOON"]'
    run -0 runtime --log log run -b b web
    [ -z "$output" ]
    [[ $(cat log) =~ ^20[^\ ]+Z\ warning:\ run\ web:\ capability\ CAP_MOON\ is\ unknown ]]
    rm log
    run -0 runtime --log log --log-level error run -b b web
    [ ! -s log ]
    run -0 runtime --log-level warning run -b b web
    says "runtime: run web: warning: capability CAP_MOON"
}

@test "a log that cannot be written is an error before anything is done" {
    run -1 runtime --log nowhere/log list
    says "runtime: list: --log: open nowhere/log: no such file or directory (ENOENT)"
    mkfifo fifo
    run -1 timeout 5 runtime --log fifo list
    says "ENXIO"
    run -1 runtime --log journald:x list
    says "is not carried out yet"
    run -2 runtime --log-format xml list
    says '"xml" is none of text, json'
}
