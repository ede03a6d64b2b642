# linux.netDevices: network devices of the host that become the container's.

load helpers

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work"
    unset -v netns
    if ip link add dv0 type dummy 2> /dev/null; then
        ip link add dv1 type dummy
    else # the peers stay: their other ends come and go with them
        ip link add dv0 type veth peer name dv0p || skip "this kernel has no devices to try it with"
        ip link add dv1 type veth peer name dv1p
    fi
}
teardown() {
    runtime delete --force web
    for device in dv0 dv1; do ip link delete $device || true; done
    [ -z "${netns-}" ] || ip netns delete "$netns"
    nothing_is_left
}
addresses() { # DEVICE < the JSON of `ip -j addr`: state and global addresses
    jq -r --arg name "$1" '.[] | select(.ifname == $name) | (.flags | index("UP") != null),
        (.addr_info[] | select(.scope == "global") | "\(.local)/\(.prefixlen) \(.broadcast // "-")")'
}
inside() { # DEVICE
    nsenter -t "$(runtime state web | jq .pid)" -n ip -j addr | addresses "$1"
}

@test "a device moves, is renamed and up, with its global addresses, and others stay" {
    ip addr add 10.9.0.1/24 brd 10.9.0.255 dev dv0
    ip addr add 10.9.1.1/32 dev dv0 scope link
    ip addr add 10.9.2.1/24 dev dv0 valid_lft 600 preferred_lft 600
    ip link set dv0 up
    ip addr add fd00::1/64 dev dv0 nodad
    ip addr add 10.8.0.1/24 dev dv1
    up '.linux.netDevices = {dv0: {name: "net0"}, dv1: {}}'
    [ "$(inside net0)" = $'true\n10.9.0.1/24 10.9.0.255\nfd00::1/64 -' ]
    [ "$(inside dv1)" = $'true\n10.8.0.1/24 -' ]
    run ! ip link show dv0
    run ! ip link show dv1
    run -0 runtime exec web ls /sys/class/net
    says net0
}

@test "a namespace that is joined, kernel parameters of the device, and a name from a row" {
    netns=davit-$$
    ip netns add "$netns"
    ip -n "$netns" link add eth0 type dummy 2> /dev/null || ip -n "$netns" link add eth0 type veth peer name eth0p
    up ".linux.namespaces |= map(select(.type != \"network\")) + [{type: \"network\", path: \"/run/netns/$netns\"}]" \
        '.linux.netDevices = {dv0: {name: "eth%d"}}' '.linux.sysctl = {"net.ipv4.conf.eth1.forwarding": "1"}'
    [ "$(inside eth1)" = true ]
    [ "$(nsenter -t "$(runtime state web | jq .pid)" -n cat /proc/sys/net/ipv4/conf/eth1/forwarding)" = 1 ]
    runtime delete --force web
    ip -n "$netns" link show eth1 # the namespace is not ours, nor what it has
}

@test "in the foreground they are the container's as well: what is virtual ends with it" {
    bundle "$(script 'ls /sys/class/net')" '.linux.netDevices = {dv0: {name: "net0"}}'
    run -0 runtime run b/
    says net0
    for ((n = 0; n < 100; n++)); do ip link show dv0 || break; sleep 0.05; done # the kernel does it when it likes
    run ! ip link show dv0
}

@test "with a user namespace" {
    ip addr add 10.9.0.1/24 dev dv0
    bundle '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 b/rootfs
    up '.linux.netDevices = {dv0: {}}'
    [ "$(inside dv0)" = $'true\n10.9.0.1/24 -' ]
}

@test "what cannot be is an error with its place, and the devices are on the host again as they were" {
    ip addr add 10.9.0.1/24 brd 10.9.0.255 dev dv0
    ip link set dv0 up
    ip addr add fd00::1/64 dev dv0 nodad
    before=$(ip -j addr | addresses dv0)
    [ "$before" = $'true\n10.9.0.1/24 10.9.0.255\nfd00::1/64 -' ]
    bundle '.process.args = ["true"]' '.linux.netDevices = {dv0: {name: "net0"}, dv1: {name: "net0"}}'
    run -125 runtime run -b b web
    [ "$output" = "runtime: run web: move network devices: config.json: /linux/netDevices/dv1: the container has net0 already" ]
    [ "$(ip -j addr | addresses dv0)" = "$before" ]
    bundle '.linux.netDevices = {dv0: {}, none: {}}'
    run -125 runtime run b/
    says "/linux/netDevices/none: find it on the host: rtnetlink"
    says "no such device (ENODEV)"
    run -1 runtime check b
    says "config.json: /linux/netDevices/none: open /sys/class/net/none: no such file or directory (ENOENT)"
    bundle '.linux.netDevices = {dv0: {name: "net0"}}'
    run -0 runtime check b # for its trial the device stays where it is
    [ "$(ip -j addr | addresses dv0)" = "$before" ]
    bundle '.linux.netDevices = {dv0: {}}' '.process.args = ["/no/such/program"]'
    run -127 runtime run b/
    [ "$(ip -j addr | addresses dv0)" = "$before" ]
    for step in 'adjust oom score' mount 'hand over' 'record created'; do
        RUNTIME_FAIL_AT=$step run ! runtime create -b b web
        [ "$(ip -j addr | addresses dv0)" = "$before" ]
    done
    bundle '.linux.netDevices = {lo: {name: "lo2"}}'
    run -125 runtime run b/
    says "/linux/netDevices/lo: move it to the container as lo2: rtnetlink"
    [ "$(ip -j link show lo | jq '.[0].flags | index("UP") != null')" = true ]
    bundle '.linux.netDevices = {dv0: {}}' '.linux.namespaces |= map(select(.type != "network"))'
    run -125 runtime run b/
    says "config.json: /linux/netDevices: need a network namespace that is not the host's"
    bundle '.linux.netDevices = {dv0: {name: "a%d%d"}}'
    run -125 runtime run b/
    says 'is not a name of a network interface'
}
