load helpers
load image_helpers

@test "pull: an image of a layout comes into the store, and what is printed is its digest alone" {
    busybox_layer
    digest=$(oci_layout img v1 '{"Cmd": ["sh"], "Env": ["A=1"], "Labels": {"l": "x"}}' base.tar)
    run -0 --separate-stderr image pull oci:img:v1
    [ "$output" = "$digest" ]
    run -0 image ls --json
    [ "$(jq -r '.[0].digest' <<<"$output")" = "$digest" ]
    [ "$(jq -r '.[0].image' <<<"$output")" = "oci:$PWD/img:v1" ]
    run -0 image inspect oci:img:v1
    [ "$(jq -c '[.cmd, .env, .labels, .os]' <<<"$output")" = '[["sh"],["A=1"],{"l":"x"},"linux"]' ]
    image unpack oci:img:v1 out
    diff <(listing base) <(listing out)
    diff -r --no-dereference base out
}

@test "pull: gzip, zstd and plain layers, one above the other" {
    mkdir -p one/d two/d three
    echo 1 > one/a; echo 1 > one/d/x; echo 1 > one/d/y
    echo 2 > two/a; touch two/d/.wh.x
    echo 3 > three/.wh.a; echo 3 > three/b
    for each in one two three; do layer $each; done
    oci_layout img t '{}' one.tar:gzip two.tar:zstd three.tar:plain
    image pull -q oci:img:t
    [ "$(objects layers)" = 3 ]
    image unpack oci:img:t out
    [ "$(cd out && find . -type f | sort)" = $'./b\n./d/y' ]
}

@test "pull: what is there already is not brought again, and goes with the last who uses it" {
    busybox_layer
    mkdir more; echo x > more/x; layer more
    oci_layout img one '{}' base.tar
    oci_layout img two '{}' base.tar more.tar
    image pull -q oci:img:one
    run -0 image pull oci:img:two
    says 'is there'
    [ "$(objects layers)" = 2 ]
    image rm oci:img:two
    [ "$(objects layers)" = 1 ]
    image rm oci:img:one
    store_is_empty
}

@test "pull: a tag that has moved leaves nothing of what it was" {
    mkdir a b; echo a > a/f; echo b > b/f; layer a; layer b
    oci_layout img t '{}' a.tar
    image pull -q oci:img:t
    rm -r img
    oci_layout img t '{}' b.tar
    image pull -q oci:img:t
    [ "$(objects layers)" = 1 ]
    image unpack oci:img:t out
    [ "$(cat out/f)" = b ]
}

@test "pull: the same layer twice" {
    mkdir a b; echo a > a/f; echo b > b/f; layer a; layer b
    oci_layout img t '{}' a.tar b.tar a.tar
    image pull -q oci:img:t
    image unpack oci:img:t out
    [ "$(cat out/f)" = a ]
}

@test "pull: eight at once bring each layer once" {
    busybox_layer
    mkdir more; echo x > more/x; layer more
    oci_layout img t '{}' base.tar more.tar
    for i in 1 2 3 4 5 6 7 8; do
        image pull oci:img:t > "out$i" 2> "err$i" 3>&- &
    done
    wait
    [ "$(cat out? | sort -u | wc -l)" = 1 ]
    [ "$(cat err? | grep -c unpacked)" = 2 ]
    [ "$(objects layers)" = 2 ]
    [ "$(objects tmp)" = 0 ]
}

@test "pull: what cannot be had is told in a sentence" {
    busybox_layer
    oci_layout img v1 '{}' base.tar
    run -1 image pull oci:none:v1
    says "image: pull oci:$PWD/none:v1: open source: open $PWD/none: no such file or directory (ENOENT)"
    run -1 image pull oci:img:v2
    says 'img has no image with the tag "v2"; there are "v1"'
    run -2 image pull docker-archive:x.tar
    says 'docker-archive'
    run -1 image unpack oci:img:v1 out
    says "unpack oci:$PWD/img:v1: it is not in the store $store"
    run -1 image rm oci:img:v1
    says "rm oci:$PWD/img:v1: it is not in the store $store"
    [ ! -e out ]
    run -2 image pull
}

@test "pull: a layer that is not what it is called leaves nothing" {
    mkdir a b; echo a > a/f; layer a; layer b
    oci_layout img t '{}' a.tar b.tar
    layers=$(jq -r '.layers[].digest[7:]' "img/blobs/sha256/$(jq -r '.manifests[0].digest[7:]' img/index.json)")
    for blob in $layers; do
        cp "img/blobs/sha256/$blob" kept
        printf x >> "img/blobs/sha256/$blob"
        run -1 image --store "$PWD/$blob" pull -q oci:img:t
        says "layer sha256:$blob"
        cp kept "img/blobs/sha256/$blob"
        [ "$(ls "$blob/layers" | wc -l)" -le 1 ] # the other one
    done
    image pull -q oci:img:t
    image rm oci:img:t
    store_is_empty
}

@test "pull: whoever fails or dies at any step leaves nothing that the next one does not clear away" {
    mkdir a b; echo a > a/f; mkdir b/d; echo b > b/d/f; layer a; layer b
    oci_layout img t '{}' a.tar b.tar
    steps='open source,find image,choose platform,take lease,fetch config,plan layers,keep documents,fetch layers,
mend layers,keep image,end lease,sweep,take layer,clear leftovers,begin layer,fetch layer,check layer,publish layer'
    readarray -td, names < <(tr -d '\n' <<<"$steps")
    for step in "${names[@]}"; do
        for how in FAIL KILL; do
            run env "IMAGE_${how}_AT=$step" image pull -q oci:img:t
            [ "$status" -ne 0 ] || { echo "$how at $step: it succeeded"; false; }
            [ $how = KILL ] || says ": $step: failed on request"
            stop_all image
            image pull -q oci:img:t
            image unpack oci:img:t out
            [ "$(cat out/f out/d/f)" = $'a\nb' ]
            rm -r out
            image rm oci:img:t
            store_is_empty
        done
    done
}

@test "pull: a layer that is refused at its beginning is told of by the reason, however much follows" {
    mkdir bad; touch bad/.wh...; head -c 20000000 /dev/urandom > bad/z; layer bad
    oci_layout img t '{}' bad.tar:plain
    run -1 image pull -q oci:img:t
    says 'entry "./.wh...": '
    [ "$(objects layers)" = 0 ]
}

@test "pull: by a caller that ignores SIGCHLD, and by one without standard descriptors" {
    mkdir a; echo a > a/f; layer a
    oci_layout img t '{}' a.tar
    timeout 20 perl -e '$SIG{CHLD} = "IGNORE"; exec @ARGV' image pull -q oci:img:t
    image rm oci:img:t
    run image pull -q oci:img:t <&- >&- 2>&-
    image unpack oci:img:t out
    [ "$(cat out/f)" = a ]
}
