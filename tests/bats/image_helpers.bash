# What the bats files of images start with, after `load helpers`.

store=/var/lib/davit/store
PATH=$BATS_TEST_DIRNAME:$PATH # odd_registry

# A store that nobody uses is empty, but for its database.
teardown() { forget_images; }
forget_images() {
    for name in $(image ls -q); do image rm "$name"; done
    store_is_empty
    nothing_is_left
}
store_is_empty() {
    [ -z "$(find $store -mindepth 2 -not -path '*/blobs/sha256' -not -path '*/blobs/sha512')" ]
}
objects() { # KIND: how many layers, fixes, blobs/sha256 there are
    find "$store/$1" -mindepth 1 -maxdepth 1 | wc -l
}
stop_all() { # NAME: processes that were left to themselves
    until ! pgrep -x "$1" >/dev/null; do sleep 0.02; done
}

# Layers: a folder of files becomes NAME.tar.
layer() { # NAME: from ./NAME/
    tar --format=posix --numeric-owner --sort=name -C "$1" -cf "$1.tar" .
}
busybox_layer() {
    mkdir -p base/{bin,etc,tmp}
    cp /bin/busybox base/bin/
    [ -L base/bin/sh ] || chroot base /bin/busybox --install -s /bin
    printf 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home:/bin/sh\n' > base/etc/passwd
    printf 'root:x:0:\napp:x:1000:\n' > base/etc/group
    chmod 1777 base/tmp
    layer base
}
listing() { # DIR: all that is in it, with what matters of each
    (cd "$1" && find . -printf '%P %y %m %U:%G %T@ %s %l\n' | sed -E 's/^([^ ]* d .*) [0-9]+ $/\1/' | sort)
}

# A real registry on a port of its own, with what is in ./registry.
start_registry() { # [YAML of http: and auth:]
    port=$((5100 + BATS_TEST_NUMBER))
    printf '%s\n' 'version: 0.1' 'log: {level: error}' 'storage: {filesystem: {rootdirectory: registry}}' \
        "http: {addr: 127.0.0.1:$port${1-}}" "${2-}" > registry.yml
    docker-registry serve registry.yml > registry.log 2>&1 3>&- &
    registry=$!
    until (: < "/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 $registry; sleep 0.05; done
    image=127.0.0.1:$port/some/thing
}
stop_registry() {
    kill -9 $registry && wait $registry || true
}
push() { # TAG [OPTION...]: from ./img
    skopeo copy -q --dest-tls-verify=false "${@:2}" "oci:img:$1" "docker://$image:$1"
}
