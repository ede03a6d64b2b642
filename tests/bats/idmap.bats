# Mounts whose files have other owners inside than on the disk.

load helpers

teardown() {
    if [ -n "${pod-}" ]; then kill -KILL "$pod"; wait || true; fi
    if findmnt src > /dev/null; then umount -R src; fi
    nothing_is_left
}

# A file system that can have it: the tests' own, or, where that cannot (an overlay), none.
source_folder() {
    mkdir -p src/sub && touch src/{one,two} src/sub/three && chown 1:2 src/two && chown 5:6 src/sub/three
    unshare -m mount --bind -o X-mount.idmap=b:0:1:1 src src 2> why || { cat why; skip "the tests' file system cannot map ids"; }
}
user_namespace='.linux.namespaces += [{type: "user"}] |
    .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
    .linux.gidMappings = [{containerID: 0, hostID: 200000, size: 65536}]'
owners='stat -c "%n %u:%g" /m /m/*'
bind() { # OPTIONS [MEMBERS]: the filter that binds src to /m
    echo ".mounts += [{destination: \"/m\", source: \"$PWD/src\", options: $1, ${2-}}]"
}

@test "the owners are those of the disk in the container's user namespace, and what is made there is the disk's" {
    source_folder
    bundle "$user_namespace" "$(script "$owners; touch /m/new; ls -n /m/new | cut -c1-10")" "$(bind '["bind", "idmap"]')"
    chown -R 100000:200000 b/rootfs
    run -0 runtime run b/; echo "$output"
    [ "$output" = $'/m 0:0\n/m/one 0:0\n/m/sub 0:0\n/m/two 1:2\n-rw-r--r--' ]
    [ "$(stat -c %u:%g src/new)" = 0:0 ]
    bundle '.mounts[-1].options = ["bind"]' # without it they are nobody's
    run -0 runtime run b/
    says '/m/two 65534:65534'
}

@test "mappings of a mount's own, with and without a user namespace, and crun's words for them" {
    source_folder
    bundle "$(script "$owners")" "$(bind '["bind"]' 'uidMappings: [{containerID: 0, hostID: 1000, size: 10}], gidMappings: [{containerID: 0, hostID: 2000, size: 10}]')"
    run -0 runtime run b/
    [ "$output" = $'/m 1000:2000\n/m/one 1000:2000\n/m/sub 1000:2000\n/m/two 1001:2002' ]
    own=$output
    bundle 'del(.mounts[-1].uidMappings, .mounts[-1].gidMappings)' '.mounts[-1].options = ["bind", "idmap=uids=0-1000-10;gids=0-2000-10"]'
    run -0 runtime run b/
    [ "$output" = "$own" ]
    bundle "$user_namespace" '.mounts[-1].options = ["bind", "ro", "idmap=uids=@0-20-1#@1-30-1;gids=0-200000-10"]'
    chown -R 100000:200000 b/rootfs
    run -0 runtime run b/
    [ "$output" = $'/m 20:0\n/m/one 20:0\n/m/sub 20:0\n/m/two 30:2' ]
}

@test "ridmap reaches all that is below, idmap the mount alone; many mounts need few namespaces" {
    source_folder
    mount --bind src src && mount -t tmpfs tmpfs src/sub && touch src/sub/three
    if ! unshare -m mount --bind -o X-mount.idmap=b:0:1:1 src/sub src/sub; then skip "tmpfs cannot map ids here"; fi
    bundle "$(script 'stat -c "%n %u" /*/one /*/sub/three')" \
        "$(jq -rn --arg src "$PWD/src" '".mounts += \([range(40) | {destination: "/\(.)", source: $src,
            options: ["rbind", if . < 20 then "idmap=uids=0-9-1;gids=0-9-1" else "ridmap=uids=0-9-1;gids=0-9-1" end]}])"')"
    run -0 runtime run b/
    [ "$(grep -c '/one 9$' <<<"$output")" = 40 ]
    [ "$(grep -c '/three 9$' <<<"$output")" = 20 ]
    [ "$(grep -c '/three 0$' <<<"$output")" = 20 ]
}

@test "a joined user namespace maps as well, by what its members see" {
    source_folder
    unshare --user sleep 60 3>&- &
    pod=$!
    until [ "$(readlink "/proc/$pod/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.02; done
    echo "0 100000 65536" > "/proc/$pod/uid_map"
    echo "0 200000 65536" > "/proc/$pod/gid_map"
    bundle ".linux.namespaces += [{type: \"user\", path: \"/proc/$pod/ns/user\"}]" "$(script "$owners")" "$(bind '["bind", "idmap"]')"
    chown -R 100000:200000 b/rootfs
    run -0 runtime run b/
    says '/m/two 1:2'
}

@test "a file system that cannot, mappings that are none, and a container without any are errors, and nothing is left" {
    mkdir src && mount -t ramfs ramfs src
    bundle '.process.args = ["true"]' "$(bind '["bind", "idmap=uids=0-9-1;gids=0-9-1"]')"
    run -125 runtime run b/
    says "start init: /mounts/7 (/m): map the ids of $PWD/src: its file system cannot have that in this kernel (EINVAL)"
    bundle '.mounts[-1].options = ["bind", "idmap=uids=0-9-5#3-20-1;gids=0-9-1"]' # 3 has two names
    run -125 runtime run b/
    says "start init: /mounts/7 (/m): uidMappings: write 2 mappings to "
    bundle '.mounts[-1].options = ["bind", "idmap"]'
    run -125 runtime run b/
    says "plan: config.json: /mounts/7 (/m): option idmap: neither the mount nor a user namespace has mappings"
    bundle '.mounts[-1].options = ["bind"]' '.mounts[-1].uidMappings = [{containerID: 0, hostID: 1, size: 1}]'
    run -125 runtime run b/
    says '"gidMappings" is needed with it'
}

@test "no descriptor of a user namespace reaches the container, nor does its holder live on" {
    source_folder
    bundle "$(script 'ls -l /proc/self/fd; sleep 60')" "$(bind '["bind", "idmap=uids=0-9-1;gids=0-9-1"]')"
    runtime run -d -b b web < /dev/null > out 2>&1 3>&-
    until grep -q '/fd/3' out; do sleep 0.02; done # the folder that ls lists, which is gone by then
    run ! grep -E 'user|mnt|4 ->' out
    [ "$(pgrep -c '^runtime')" = 0 ]
    runtime delete --force web
}
