# podman with our runtime: pods, whose containers join the namespaces of the first.

load engine_helpers
load podman_helpers

pid_of() { podman inspect "$1" | jq .[0].State.Pid; }
states() { podman inspect c d | jq -r '.[].State.Status' | paste -sd ' '; }

in_a_pod() {
    podman pod create --name p --network none --infra-image busybox --infra-command idle "$@" > /dev/null
    podman run -d --pod p --name c --log-driver k8s-file busybox idle > /dev/null
    podman run -d --pod p --name d --log-driver k8s-file busybox idle > /dev/null
    soon says up
    podman exec c hostname
    infra=$(pid_of "$(podman pod inspect p | jq -r .InfraContainerID)")
    for kind in net ipc uts pid mnt; do
        for name in c d; do
            [ "$(readlink "/proc/$(pid_of $name)/ns/$kind")" != "$(readlink "/proc/$infra/ns/$kind")" ] || echo "$name shares $kind"
        done
    done
    podman pod pause p > /dev/null; states
    podman pod unpause p > /dev/null; states
    podman pod stats --no-stream --format '{{.Name}}' p | grep -cx '[cd]'
    podman stop -t 10 c > /dev/null; field .State.ExitCode
    podman pod stop -t 10 p > /dev/null; states
    podman pod start p > /dev/null; states
    podman pod rm -f -t 0 p > /dev/null; echo $?
}
usual_pod() { in_a_pod --hostname pod; }
@test "a pod" {
    agree usual_pod <<'END'
pod
c shares net
d shares net
c shares ipc
d shares ipc
c shares uts
d shares uts
paused paused
running running
2
3
exited exited
running running
0
END
}
pod_of_processes() { in_a_pod --share pid,net,uts --hostname pod; }
@test "a pod that shares its processes" {
    agree pod_of_processes <<'END'
pod
c shares net
d shares net
c shares uts
d shares uts
c shares pid
d shares pid
paused paused
running running
2
3
exited exited
running running
0
END
}

alone() {
    podman pod create --name p --infra=false > /dev/null
    podman run -d --pod p --name c --network none --log-driver k8s-file busybox idle > /dev/null
    soon says up
    podman pod inspect p | jq -r '[.State, .NumContainers] | @text'
    podman pod rm -f -t 0 p > /dev/null; echo $?
}
@test "a pod without a container of its own" {
    agree alone <<'END'
["Running",1]
0
END
}

joins() {
    podman run -d --name c --network none --log-driver k8s-file --hostname first busybox idle > /dev/null
    soon says up
    for kind in network ipc pid uts; do
        alone=(--network none); [ $kind != network ] || alone=()
        inside=$(podman run --rm --log-driver k8s-file "${alone[@]}" --$kind container:c busybox readlink "/proc/self/ns/${kind/network/net}" 2>&1)
        if [ "$inside" = "$(readlink "/proc/$(pid_of c)/ns/${kind/network/net}")" ]; then echo "$kind"; else echo "$inside"; fi
    done
    podman rm -f -t 0 c > /dev/null; echo $?
}
@test "--network, --ipc, --pid, --uts container:" {
    agree joins <<'END'
network
ipc
pid
uts
0
END
}
