load helpers
load image_helpers
load fetcher_helpers
load shim_helpers

# A container of an image, from the pull to the exit record.

eval "shim_$(declare -f teardown)"
teardown() {
    for pid in "${servers[@]}"; do kill "$pid" && wait "$pid" || true; done
    shim_teardown
    for name in $(image ls -q); do image rm "$name"; done
    store_is_empty
}
busybox_image() { # CONFIG-JSON [LAYER.tar...]: in ./img
    busybox_layer
    oci_layout img t "$@" > digest
}
bundle_of() { echo "$records/$1/bundle"; }

@test "image: run brings it, runs it, and ends as it does" {
    busybox_image '{"Cmd": ["sh", "-c", "echo $A; id -u; exit 3"], "Env": ["A=1"], "User": "app"}' base.tar
    run -3 shim run -q --name web oci:img:t
    [ "$output" = $'1\n1000' ]
    [ "$(record web .stage)" = supervise ]
    [ "$(of web image)" = "oci:$PWD/img:t" ]
    [ ! -e "$(bundle_of web)" ]
    # What is in the store is not looked for.
    mv img away
    run -7 shim run --rm oci:img:t sh -c 'exit 7'
    [ -z "$output" ]
    run -125 shim run --pull always oci:img:t true
    says "make bundle: image: bundle oci:$PWD/img:t: find image: open source"
    image rm "oci:$PWD/img:t"
    run -125 shim run --rm --pull never oci:img:t true
    says "it is not in the store"
}

@test "image: it is launched, and its mount, changes and lease go with its end" {
    busybox_image '{"Cmd": ["sleep", "100"]}' base.tar
    run -0 shim launch --name web oci:img:t
    [[ ${lines[0]} = *unpacked* ]]
    [ "${lines[1]}" = web ]
    findmnt "$(bundle_of web)/rootfs"
    image rm "oci:$PWD/img:t"
    [ "$(objects layers)" = 1 ]
    shim destroy web
    [ ! -e "$(bundle_of web)" ]
    image pull -q oci:img:t && image rm oci:img:t
    store_is_empty
}

@test "image: options of a container are given on" {
    busybox_image '{"Entrypoint": ["echo"]}' base.tar
    mkdir vol; echo v > vol/f
    run -0 shim run -q --rm --name me-1 -e B=2 -v "$PWD/vol:/vol:ro" -w /tmp -u 12:34 --entrypoint sh --memory 64m \
        --read-only oci:img:t -c 'echo $B$(id -u):$(id -g)$(pwd)$(cat /vol/f)$(hostname); touch /x; true'
    [[ $output = *212:34/tmpvme-1* ]]
    [[ $output = *"Read-only file system"* ]]
    run -2 shim run --memory lots oci:img:t
    says 'option --memory'
    run -2 shim run 'oci:img:'
    [ -z "$(shim list -q)" ]
    run -2 shim run --memory 64m ./b/
    says '--memory: config.json of the bundle decides that'
    run -2 shim run --cap-add ALL oci:img:t
    says 'not carried out yet'
}

@test "image: the sandbox is its user's" {
    busybox_image '{"User": "app", "Cmd": ["sh", "-c", "cd $DAVIT_SANDBOX && echo mine > file && ls -ld . && echo to the log"]}' \
        base.tar
    shim launch -q --name web oci:img:t
    run -0 shim wait web
    run -0 shim logs web
    [[ $output = *"app"*"to the log" ]]
    [ "$(cat /var/lib/davit/sandbox/web/file)" = mine ]
}

@test "image: files come into the sandbox before it runs, and an archive is unpacked there" {
    busybox_image '{"User": "app"}' base.tar
    tar -C srv -czf srv/a.tgz hello; printf '#!/bin/sh\necho ran\n' > srv/tool
    serve web
    sum=$(sha256sum srv/tool)
    run -0 shim run --name web --uri "$web/plain/a.tgz" --uri "$PWD/srv/hello" \
        --fetch "src=$web/plain/tool,dst=bin/tool,sha256=${sum%% *},executable" \
        --fetch "src=$web/plain/a.tgz,dst=kept.tgz,extract=no" oci:img:t \
        sh -c 'cd $MESOS_SANDBOX && ls && cat hello && bin/tool && echo >> hello'
    [[ $output = *"a.tgz fetched"* ]]
    [[ $output = *$'a.tgz\nbin\nhello\nkept.tgz\nhello\nran' ]]
    run -125 shim run -q --name two --uri "$web/status/404" oci:img:t true
    says 'shim: run two: fetch files: fetcher: fetch:'
    says '(404)'
    [ "$(record two .stage)" = 'fetch files' ]
    [ ! -e "$(bundle_of two)" ]
    run -125 shim run -q --rm --fetch "src=$web/plain/tool,sha256=$(printf '0%.0s' {1..64})" oci:img:t true
    says 'sha256'
    run -2 shim run --fetch src=x,dst=stdout oci:img:t
    says 'dst: stdout is what the container writes'
    run -2 shim run --uri x ./b/
    says '--uri: config.json of the bundle decides that'
}

@test "image: a container that puts something else in the place of its logs harms nobody" {
    busybox_image '{}' base.tar
    shim launch -q --name web oci:img:t \
        sh -c 'cd /mnt/sandbox && rm stdout stderr && mkfifo stdout && ln -s /etc/passwd stderr'
    shim wait web
    run -1 timeout 20 shim logs web
    says 'stdout: not a regular file'
    rm /var/lib/davit/sandbox/web/stdout
    run -1 shim logs web
    says 'stderr: not a regular file'
}

@test "image: its stop signal is the one that it says" {
    busybox_image '{"StopSignal": "SIGUSR1", "Cmd": ["sh", "-c", "trap \"exit 9\" USR1; echo up; while :; do sleep 0.1; done"]}' \
        base.tar
    shim launch -q --name web oci:img:t
    until grep -q up /var/lib/davit/sandbox/web/stdout; do sleep 0.02; done
    shim destroy web
    [ "$(record web .code)" = 9 ]
}

@test "image: a program that is not there is 127, one that cannot run is 126, and nothing half-made is left" {
    busybox_image '{}' base.tar
    run -127 shim run -q oci:img:t nothing-of-the-kind
    says 'executable file not found in $PATH'
    run -126 shim run -q oci:img:t /etc/passwd
    run -125 shim run -q -u nobody-of-the-kind oci:img:t true
    says 'find user'
    for id in $(shim list -q); do [ ! -e "$(bundle_of "$id")" ]; done
}

@test "image: a stop that comes while it is being brought ends that" {
    busybox_image '{"Cmd": ["sleep", "100"]}' base.tar
    IMAGE_STOP_AT='keep image' shim launch -q --name web oci:img:t 3>&- & launch=$!
    until pgrep -x image >/dev/null && [ "$(ps -o state= -C image)" = T ]; do sleep 0.02; done
    [ "$(of web step)" = "make bundle" ]
    shim destroy web
    run -125 wait $launch
    ! pgrep -x image
    [ "$(record web .reason)" = stopped ]
    shim run -q --rm oci:img:t true
}

@test "image: each step of it is failed and killed, and nothing is left" {
    busybox_image '{"Cmd": ["true"]}' base.tar
    for step in 'make bundle' 'give sandbox' 'fetch files' 'remove bundle'; do
        SHIM_FAIL_AT=$step run shim run -q --name web oci:img:t
        shim remove -f web
        [ -z "$(findmnt -rno TARGET | grep "$records")" ]
        SHIM_KILL_AT=$step run shim run -q --name web oci:img:t
        [ "$status" = 132 ]
        no_shim_is_left
        shim recover
        [ ! -e "$(bundle_of web)" ]
        shim remove -f web
        SHIM_KILL_AT=$step run -0 shim launch -q --name web oci:img:t
        run -0 shim wait web
        shim remove web
    done
}

@test "image: fifty at once of one that nobody has: layers and config come once, and all fifty end as they should" {
    start_registry
    busybox_image '{}' base.tar
    push t --dest-compress-format gzip
    : > registry.log
    for ((code = 0; code < 50; code++)); do
        shim launch -q --name "web$code" "$image:t" sh -c "exit $code" 3>&- & made+=($!)
    done
    for pid in "${made[@]}"; do wait "$pid"; done
    for ((code = 0; code < 50; code++)); do run -$code shim wait "web$code"; done
    grep -ao 'GET /v2/[^ ]*/blobs/[^ ]*' registry.log | sort > blobs
    [ "$(wc -l < blobs)" = 2 ]
    [ "$(sort -u blobs | wc -l)" = 2 ]
    shim remove $(shim list -q)
    stop_registry
}

@test "image: after a reboot recover frees what it held" {
    busybox_image '{"Cmd": ["sleep", "100"]}' base.tar
    shim launch -q --name web oci:img:t
    kill_both web
    runtime kill web KILL
    no_shim_is_left() { :; } # they are killed
    until ! runtime state web | grep -q running; do sleep 0.02; done
    runtime delete --force web
    rm -rf /run/davit
    umount "$(bundle_of web)/rootfs"
    jq -c '.bootId = "another"' $records/web/launch.json > new; cat new > $records/web/launch.json
    jq -e . new
    shim recover
    [ ! -e "$(bundle_of web)" ]
    [ "$(record web .known)" = false ]
    image rm "oci:$PWD/img:t"
    store_is_empty
}
