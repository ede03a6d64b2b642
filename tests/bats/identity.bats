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

@test "kernel parameters of the container's namespaces are set, and the host's stay" {
    before=$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/msg_max)
    bundle "$(script 'cd /proc/sys; cat kernel/msgmax net/ipv4/conf/lo/forwarding fs/mqueue/msg_max
                      cat net/ipv4/ip_local_port_range; hostname -d 2>/dev/null; cat kernel/domainname')" \
        '.linux.sysctl = {"kernel.msgmax": "4321", "net/ipv4/conf/lo/forwarding": "1",
                          "fs.mqueue.msg_max": "55", "kernel.domainname": "lab",
                          "net.ipv4.ip_local_port_range": "2000 3000"}'
    run -0 runtime run b/
    [ "$output" = $'4321\n1\n55\n2000\t3000\nlab' ]
    [ "$before" = "$(cat /proc/sys/kernel/msgmax /proc/sys/net/ipv4/ip_forward /proc/sys/fs/mqueue/msg_max)" ]
}

@test "kernel parameters of the host are refused before anything is made" {
    bundle '.linux.sysctl = {"kernel.core_pattern": "|/bin/x"}'
    run -125 runtime run -b b web
    [ "$output" = "runtime: run web: plan: config.json: /linux/sysctl: kernel.core_pattern: it belongs to no namespace, so that the whole host would be changed" ]
    bundle '.linux.sysctl = {"net.core.somaxconn": "9"}' '.linux.namespaces |= map(select(.type != "network"))'
    run -125 runtime run b/
    says "net.core.somaxconn: it needs a namespace of type network, or it would be the host's"
    bundle '.linux.namespaces += [{type: "network", path: "/proc/self/ns/net"}]'
    run -125 runtime run b/
    says "net.core.somaxconn: /proc/self/ns/net is the host's own network namespace"
    bundle '.linux.sysctl = {"kernel.msgmax": "moon"}'
    run -125 runtime run b/
    says 'init: set kernel parameters: config.json: /linux/sysctl: set kernel.msgmax to "moon": write 4 bytes: invalid argument (EINVAL)'
}
