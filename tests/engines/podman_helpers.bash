# podman, as root, with a store of its own. After `load engine_helpers`.

setup_file() {
    make_image
    runtime=runc
    podman pull -q oci:img:v1 > /dev/null
    podman tag "$(podman images -q)" busybox
}
teardown_file() {
    unmount_all
}
teardown() {
    runtime=runc
    left=$(podman ps -aq)
    [ -z "$left" ] || podman rm -fa -t 0
    [ -z "$left" ]
    [ -z "$(find /sys/fs/cgroup -type d -name '*libpod-*')" ]
    nothing_is_left
}

podman() {
    local at=$BATS_FILE_TMPDIR
    timeout --foreground -k 5 60 podman --root "$at/store" --runroot "$at/run" --tmpdir "$at/libpod" --storage-driver overlay \
        --cgroup-manager cgroupfs --events-backend file --runtime "$runtime" "$@"
}
# One that ends by itself and leaves nothing.
once() { # [OPTION...] IMAGE COMMAND...
    podman run --rm --network none --log-driver k8s-file "$@"
}
# The container `c`, in the background.
launch() { # [OPTION...] IMAGE COMMAND...
    podman run -d --name c --network none --log-driver k8s-file "$@" > /dev/null
}
up() { # [OPTION...]
    launch "$@" busybox idle
    soon says up
}
says() { # TEXT: the container, in a line
    podman logs c 2>/dev/null | grep -qx "$1"
}
away() {
    podman rm -f -t 0 c > /dev/null
}
field() { # FILTER: of its inspection
    podman inspect c | jq -rc ".[0]$1"
}
