# A containerd on folders and sockets in the test file's folder, which these functions are called in.

start_containerd() {
    cat > config.toml <<END
version = 2
root = "$PWD/root"
state = "$PWD/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
address = "$PWD/containerd.sock"
[ttrpc]
address = "$PWD/containerd.sock.ttrpc"
END
    containerd -c config.toml >> containerd.log 2>&1 3>&- &
    echo $! > containerd.pid
    disown $!
    soon ctr version > /dev/null 2>&1
}
stop_containerd() { # SIGNAL
    stop_server containerd.pid "$1"
}
stop_server() { # PID-FILE SIGNAL
    local pid
    pid=$(< "$1")
    kill -s "$2" "$pid"
    soon gone "$pid"
}
gone() { # PID: is no more, or nobody has looked yet
    [[ ! -e /proc/$1/stat || $(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null) = [Z] ]]
}
no_containerd_shim() {
    ! pgrep -x containerd-shim > /dev/null
}
ctr() {
    timeout --foreground -k 5 60 ctr -a "$BATS_FILE_TMPDIR/containerd.sock" "$@"
}
