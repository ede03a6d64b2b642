# --no-pivot: the container's root is moved over "/", for where that is an initramfs.

load helpers

teardown() {
    if findmnt "$work/src" > /dev/null; then umount -R "$work/src"; fi
    nothing_is_left
}

# Lays bare what is below the root of a container, and so is the end of it.
lay_bare() {
    nsenter -t "$(cat pid)" -m /bin/busybox umount -l /
    [ "$(readlink "/proc/$(cat pid)/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]
}
beneath() { # PATH
    nsenter -t "$(cat pid)" -m /bin/ls -A "$1"
}

places() { # the mount points that a program has shown in the file
    until grep -q ready "$1"; do sleep 0.02; done
    awk '$5 ~ "^/" { print $5 }' "$1" | sort
}

@test "the container sees its own tree alone, and the host's mounts are gone from beneath it" {
    mkdir src && mount -t tmpfs src src && mkdir src/sub && mount -t tmpfs sub src/sub
    bundle "$(script 'cat /proc/self/mountinfo; echo ready; exec sleep 60')"
    for hook in '{}' '{createContainer: [{path: "/bin/true"}]}'; do # with hooks the root begins elsewhere
        bundle ".hooks = $hook"
        runtime run -d -b b web < /dev/null > with 2>&1 3>&-
        runtime run -d --no-pivot --pid-file pid -b b web-2 < /dev/null > without 2>&1 3>&-
        [ "$(places without)" = "$(places with)" ]
        runtime exec web-2 true
        lay_bare
        for place in /proc /sys; do [ -z "$(beneath $place)" ]; done
        for place in /dev/null "$work"; do run ! beneath "$place"; done
        [ -n "$(beneath /etc/debian_version)" ] # it is the host's root that is there
        [ "$(findmnt -rno TARGET | grep -cF "$work/src")" = 2 ]
        runtime delete --force web
        runtime delete --force web-2
    done
}

@test "what is shared with the host's stays mounted there" {
    run -0 unshare -m --propagation shared sh -c 'bundle b ".process.args = [\"true\"]" ".linux.rootfsPropagation = \"rshared\""
        findmnt -rno TARGET > before; runtime run --no-pivot b/; findmnt -rno TARGET > after'
    diff before after
}

@test "masks, a read-only root, a terminal's devices and hooks are as they are with pivot_root" {
    bundle "$(script 'touch /x; cat /proc/keys; ls -A /proc/acpi; cd ..; pwd; cat /etc/passwd | head -n 1')" \
        '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "cat > hook"]}]'
    run -0 runtime run b/
    with=$output
    run -0 runtime run --no-pivot b/
    [ "$output" = "$with" ]
    says 'touch: /x: Read-only file system'
}

@test "in a user namespace, where the host's mounts are locked, they are covered" {
    bundle "$(script 'cat /proc/self/uid_map; ls /; exec sleep 60')" '.linux.namespaces += [{type: "user"}]' \
        '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
    chown -R 100000:100000 b/rootfs
    runtime run -d --no-pivot --pid-file pid -b b web < /dev/null > out 2>&1 3>&-
    runtime exec web true
    lay_bare
    for place in /proc /sys; do [ -z "$(beneath $place)" ]; done
    run ! beneath /dev/null
    runtime delete --force web
}
