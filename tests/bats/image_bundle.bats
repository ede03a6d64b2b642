load helpers
load image_helpers

# An image of busybox in ./img with this "config", in the store.
busybox_image() { # CONFIG-JSON [LAYER.tar...]
    busybox_layer
    oci_layout img t "$@" > digest
    image pull -q oci:img:t
}
setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    set -- # a layer is base.tar, more come after it
}
run_bundle() { # what the container says
    runtime run --bundle "${1-b}" web
}

@test "bundle: what the image says is what runs: command, user, folder, environment" {
    busybox_image '{"Entrypoint": ["sh", "-c"], "Cmd": ["id -u; id -g; pwd; echo $A; echo $HOME"],
                    "User": "app", "WorkingDir": "/data/in", "Env": ["A=1"]}' base.tar
    image bundle oci:img:t b
    run -0 run_bundle
    [ "$output" = $'1000\n1000\n/data/in\n1\n/home' ]
    image unbundle b
    [ ! -e b ]
}

@test "bundle: what the caller says comes first" {
    busybox_image '{"Entrypoint": ["echo"], "Cmd": ["image"], "Env": ["A=1", "B=1"]}' base.tar
    image bundle oci:img:t b words instead
    run -0 run_bundle
    [ "$output" = "words instead" ]
    image unbundle b
    mkdir vol sandbox; echo v > vol/f; printf 'C=3\n#\nD\n' > envs
    image bundle -e B=2 --env-file envs -v "$PWD/vol:/vol:ro" -w /tmp -u 12:34 --entrypoint sh --hostname me \
        --pids-limit 50 --memory 64m --read-only --sandbox "$PWD/sandbox" oci:img:t b \
        -c 'echo $A$B$C$(id -u):$(id -g)$(pwd)$(cat /vol/f)$(hostname); touch /x || touch /vol/x; echo $DAVIT_SANDBOX'
    run -0 run_bundle
    [[ $output = *12312:34/tmpvme* ]]
    [[ $output = *"touch: /x: Read-only"* ]]
    [[ $output = *"touch: /vol/x: Read-only"* ]]
    [[ $output = *"/mnt/sandbox" ]]
    image unbundle b
}

@test "bundle: what a container writes is its own, and goes with it" {
    busybox_image '{}' base.tar
    before=$(find $store/layers | sort | sha256sum)
    for each in b1 b2; do
        image bundle oci:img:t $each sh -c 'ls /x; echo > /x; rm /etc/group; chmod 700 /etc'
        run -0 run_bundle $each
        [ "$output" = "ls: /x: No such file or directory" ]
    done
    [ "$before" = "$(find $store/layers | sort | sha256sum)" ]
    image unbundle b1; image unbundle b2
}

@test "bundle: the image may be forgotten, the layers stay as long as it is there" {
    busybox_image '{"Cmd": ["echo", "here"]}' base.tar
    image bundle oci:img:t b
    image rm oci:img:t
    [ "$(objects layers)" = 1 ]
    run -0 run_bundle
    [ "$output" = here ]
    image unbundle b
    image pull -q oci:img:t
    image rm oci:img:t
    store_is_empty
}

@test "bundle: the root of an overlay is as the image has it" {
    mkdir top; chmod 0751 top; chown 3:4 top; touch -d '2001-02-03 04:05:06' top; layer top
    busybox_image '{"Cmd": ["stat", "-c", "%a %u %g %Y", "/"]}' base.tar top.tar
    image bundle oci:img:t b
    run -0 stat -c '%a %u %g %Y' b/rootfs
    [ "$output" = "751 3 4 $(date -d '2001-02-03 04:05:06' +%s)" ]
    image unbundle b
}

@test "bundle: where there can be no overlay the layers are copied" {
    mkdir more; ln base.tar more/ 2>/dev/null || true; touch more/.wh.tmp; layer more
    busybox_image '{"Cmd": ["ls", "/"]}' base.tar more.tar
    mkdir b; mount -t ramfs none b
    run -0 image bundle oci:img:t b
    says 'no overlay, so the layers are copied: '
    run -0 run_bundle
    [[ $output = *etc* && $output != *tmp* ]]
    image unbundle b
    [ -z "$(ls -A b)" ]
    umount b
}

@test "bundle: layers whose overlay alone would be wrong" {
    mkdir -p low/usr/bin up/bin; ln -s usr/bin low/bin; chmod 0711 low/usr; echo low > low/usr/bin/low
    echo up > up/bin/up
    layer low; tar --format=posix -C up -cf up.tar bin/up # its folder has no entry of its own
    busybox_layer
    oci_layout img t '{}' low.tar up.tar
    image pull -q oci:img:t
    image bundle oci:img:t b x
    [ "$(readlink b/rootfs/bin)" = usr/bin ]
    [ "$(cat b/rootfs/usr/bin/up b/rootfs/bin/low)" = $'up\nlow' ]
    [ "$(stat -c %a b/rootfs/usr)" = 711 ]
    image unpack oci:img:t flat
    diff <(listing b/rootfs) <(listing flat)
    image unbundle b
}

@test "bundle: what cannot be made is told in a sentence, and leaves nothing" {
    busybox_image '{"User": "nobody-knows"}' base.tar
    run -1 image bundle oci:img:none b
    says "image: bundle oci:$PWD/img:none: find image: it is not in the store $store"
    run -1 image bundle oci:img:t b sh
    says 'find user: '
    says nobody-knows
    [ ! -e b ]
    run -1 image bundle -u 0 oci:img:t b
    says 'write config: '
    [ ! -e b ]
    mkdir full; touch full/file
    run -1 image bundle -u 0 oci:img:t full sh
    says "make folder: $PWD/full is not empty"
    [ -e full/file ]
    run -1 image unbundle full
    says "$PWD/full is no bundle of an image"
    run -0 image unbundle none
    run -2 image bundle -v relative:/x oci:img:t b
    run -2 image bundle --network bridge oci:img:t b
    [ "$(objects tmp)" = 0 ]
}

@test "bundle: an image's passwd may be no trap" {
    mkdir -p trap/etc
    mkfifo trap/etc/passwd
    layer trap
    busybox_layer
    oci_layout img t '{"User": "app"}' base.tar trap.tar
    image pull -q oci:img:t
    run -1 timeout 10 image bundle oci:img:t b sh
    says 'find user: /etc/passwd: '
    [ ! -e b ]
}

@test "bundle and unbundle: whoever fails or dies at any step leaves what unbundle clears away" {
    busybox_image '{"Cmd": ["true"]}' base.tar
    readarray -td, steps < <(printf '%s' 'find image,make folder,write record,take lease,stack layers,make root,find user,write config')
    for step in "${steps[@]}"; do
        run env "IMAGE_FAIL_AT=$step" image bundle oci:img:t b
        [ "$status" = 1 ]
        [ ! -e b ]
        run env "IMAGE_KILL_AT=$step" image bundle oci:img:t b
        [ "$status" -ge 128 ]
        image unbundle b
        [ ! -e b ]
    done
    readarray -td, steps < <(printf '%s' 'read record,unmount root,remove trees,end lease,remove folder')
    for step in "${steps[@]}"; do
        for how in FAIL KILL; do
            image bundle oci:img:t b
            run env "IMAGE_${how}_AT=$step" image unbundle b
            [ "$status" -ne 0 ]
            image unbundle b
            [ ! -e b ]
        done
    done
}
