load helpers

bundle() { # FILTER...: a bundle in ./b
    command bundle b "$@"
}
script() { # TEXT: the filter that makes it the program
    jq -rn --arg text "$1" '".process.args = \(["sh", "-c", $text])"'
}
# Nothing of a container may outlive it.
teardown() {
    [ -z "$(ls -A /run/davit/runtime 2>/dev/null)" ]
    [ -z "$(pgrep -f runtime:init)" ]
    [ -z "$(find /sys/fs/cgroup -type d -name 'davit-*')" ]
}

@test "oomScoreAdj is set, left alone where absent, and an error where it is refused" {
    own=$(cat /proc/self/oom_score_adj)
    bundle "$(script 'cat /proc/self/oom_score_adj')" 'del(.process.oomScoreAdj)'
    run -0 runtime run b/
    [ "$output" = "$own" ]
    bundle '.process.oomScoreAdj = 777'
    run -0 runtime run b/
    [ "$output" = 777 ]
    bundle ".process.oomScoreAdj = $own"
    run -0 runtime run b/
    [ "$output" = "$own" ]
    bundle '.process.oomScoreAdj = -1000'
    run -125 setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource runtime run -b b web
    [[ $output =~ ^"runtime: run web: adjust oom score: config.json: /process/oomScoreAdj: set /proc/"[0-9]+"/oom_score_adj to -1000: write 5 bytes: permission denied (EACCES)"$ ]]
}
