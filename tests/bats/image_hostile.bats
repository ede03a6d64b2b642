load helpers
load image_helpers
load odd_helpers

# The sentence, to the letter, and what is left: $origin stands for the registry.
refuses() { # ODD TEXT
    odd --odd "$1"
    run -1 pull "${@:3}"
    says "image: pull docker://$image: ${2//\$origin/http://127.0.0.1:$port}"
    recovers
}

@test "hostile: a layer that is longer, shorter or other than it should be" {
    odd_image
    local layer="fetch layers: layer $blob: fetch layer: "
    refuses layer:longer=1 "$layer\$origin/some/thing/blobs/$blob has $((size + 1)) bytes, and should have $size"
    refuses layer:shorter=1 "$layer\$origin/some/thing/blobs/$blob has $((size - 1)) bytes, and should have $size"
    refuses layer:endless "${layer}it is longer than the $size bytes that it should have"
    refuses layer:other "fetch layers: layer $blob: check layer: its digest is sha256:"
    refuses layer:status=404 "$layer\$origin has no some/thing/blobs/$blob (404)"
    refuses layer:status=204 "$layer\$origin answers 204 for some/thing/blobs/$blob"
    odd_image gzip
    layer="fetch layers: layer $blob: fetch layer: "
    refuses layer:endless "${layer}it is longer than"
}

@test "hostile: a config that is not what the manifest says" {
    odd_image
    local config_size; config_size=$(stat -c %s "$(blob_file "$config")")
    local step="fetch config: "
    refuses config:longer=1 "$step\$origin/some/thing/blobs/$config has $((config_size + 1)) bytes, and should have $config_size"
    refuses config:endless "$step$config has more than $config_size bytes"
    refuses config:other "$step\$origin/some/thing/blobs/$config: its digest is sha256:"
    refuses config:status=403 "$step\$origin refuses some/thing/blobs/$config (403)"
}

@test "hostile: a manifest that is too large, rubbish, or not what its digest says" {
    odd_image
    local step="find image: " path="\$origin/some/thing/manifests/v1"
    refuses manifest:endless "${step}manifests/v1 has more than 4194304 bytes"
    refuses manifest:body= "$step$path: its digest is sha256:e3b0c442"
    refuses manifest:other "$step$path: its digest is sha256:"
    refuses "manifest:digest=sha256:$(printf '%064d' 0)" \
        "$step$path: its digest is $(cat digest), and should be sha256:000"
    refuses manifest:type=application/vnd.docker.distribution.manifest.v1+json \
        "choose platform: $(cat digest): is application/vnd.docker.distribution.manifest.v1+json: Docker's schema 1"
    refuses manifest:type=application/vnd.oci.image.index.v1+json \
        "choose platform: $(cat digest): was announced as application/vnd.oci.image.index.v1+json, and is"
    for how in digest= digest=rubbish type= "type=application/vnd.oci.image.manifest.v1+json; charset=utf-8"; do
        odd --odd "manifest:$how"
        pull
        image rm "$image"
    done
}

@test "hostile: a manifest asked for by digest is that one" {
    odd_image
    cp -r img other
    odd --odd "manifest:body=$(cat "$(blob_file "$config")")" --odd manifest:digest=
    image=127.0.0.1:$port/some/thing@$(cat digest)
    run -1 pull
    says "find image: http://127.0.0.1:$port/some/thing/manifests/$(cat digest): its digest is $config, and should be"
    recovers
}

@test "hostile: what breaks is gone on with where it broke" {
    odd_image
    for how in cut reset; do
        odd --odd "layer:$how=100000*3"
        pull --retry 3
        [ "$(jq -r 'select(.path | contains("blobs/'"$blob"'")) | .range' "$log")" = \
            $'null\nbytes=100000-\nbytes=200000-\nbytes=300000-' ]
        image unpack "$image" out
        cmp a/f out/f
        rm -r out
        image rm "$image"
    done
    odd --odd 'layer:stall=100000*1'
    pull --stall-timeout 1s
    [ "$(asked '.range == "bytes=100000-"')" = 1 ]
    image rm "$image"
}

@test "hostile: what breaks again and again is given up, and the next pull goes on with it" {
    odd_image
    odd --odd layer:cut=1000
    run -1 pull --retry 2
    says "fetch layers: layer $blob: fetch layer: http://127.0.0.1:$port/v2/some/thing/blobs/$blob: "
    says ", after 3 tries"
    [ "$(stat -c %s $store/tmp/layer-*/*.part)" = 3000 ]
    recovers
    [ "$(asked '.range == "bytes=3000-"')" = 1 ]
}

@test "hostile: a server that ignores Range, or gives another part, or only says that it is the right one" {
    odd_image
    odd --odd layer:cut=100000*1 --odd layer:whole
    pull
    image rm "$image"
    for how in shifted=7 shifted=-7 shifted=400000; do # the last is answered 416
        odd --odd layer:cut=100000*1 --odd "layer:$how"
        pull
        image unpack "$image" out
        cmp a/f out/f
        rm -r out
        image rm "$image"
    done
    odd --odd layer:cut=100000*1 --odd layer:garbled
    run -1 pull
    says "fetch layers: layer $blob: check layer: its digest is sha256:"
    recovers
    odd_image gzip
    odd --odd layer:cut=100000*1 --odd layer:garbled
    run -1 pull
    says "fetch layers: layer $blob: check layer: its digest is sha256:"
    [[ $output != *tries* ]] # more of them would not have helped
    recovers
}

@test "hostile: 5xx and 429 are asked again, and in no haste" {
    odd_image
    for what in manifest config layer; do
        odd --odd "$what:status=503*3" --odd "$what:patience"
        pull --retry 4
        image rm "$image"
        odd --odd "$what:status=500*1"
        run -1 pull --retry 0
        says "http://127.0.0.1:$port answers 500 for some/thing/"
        says ": this is odd"
        [[ $output != *tries* ]]
        odd --odd "$what:status=429,Retry-After: 0"
        run -1 pull --retry 1
        says "http://127.0.0.1:$port answers 429 for some/thing/"
        says ", after 2 tries"
        recovers
    done
    odd --odd manifest:status=404
    run -1 pull
    [ "$(asked true)" = 1 ] # that is no setback
}

@test "hostile: an answer that has no end, where none is wanted" {
    odd_image
    refuses manifest:error=404 "find image: \$origin has no some/thing/manifests/v1 (404)"
    refuses layer:error=403 "fetch layers: layer $blob: fetch layer: \$origin refuses some/thing/blobs/$blob (403)"
    refuses config:error=302 "fetch config: \$origin answers 302 for some/thing/blobs/$config: xxx"
}

@test "hostile: a redirect of a layer is followed, and credentials stay with the registry" {
    odd_image
    printf '{"auths": {"127.0.0.1:5301": {"auth": "%s"}}}' "$(printf me:secret | base64)" > auth.json
    odd
    local other=$port other_log=$log
    odd --basic me:secret --odd "layer:goto=http://127.0.0.1:$other{path}" --odd 'config:goto={path}?again*3'
    pull --authfile auth.json
    [ "$(asked '.authorization == null')" = 1 ]
    [ "$(asked '.path | endswith("?again?again?again")')" = 1 ]
    log=$other_log
    [ "$(asked true)" = 1 ]
    [ "$(asked '.authorization != null')" = 0 ]
    image rm "$image"
}

@test "hostile: redirects that lead nowhere, or to where nobody may be led" {
    odd_image
    local layer="fetch layers: layer $blob: fetch layer: "
    local at="\$origin/v2/some/thing/blobs/$blob: "
    refuses 'layer:goto={path}' "$layer${at}more than 10 redirects"
    refuses layer:goto=ftp://127.0.0.1/x "$layer${at}redirect: \"ftp://127.0.0.1/x\": neither http nor https"
    refuses layer:goto=file:///etc/passwd "$layer${at}redirect: \"file:///etc/passwd\": neither http nor https"
    refuses 'layer:goto=http://?secret' "$layer${at}a redirect to \"http://\", which is no URL: "
    refuses 'layer:goto=http://u:secret@127.0.0.1:1/x?secret' "${layer}http://127.0.0.1:1/x: Failed to connect"
}

@test "hostile: what is left of a blob is for that blob alone, and is forgotten where it is wrong" {
    odd_image
    odd --odd layer:cut=100000
    run -1 pull --retry 0
    [ "$(stat -c %s $store/tmp/layer-*/*.part)" = 100000 ]
    odd_image gzip # the same layer, by another name
    jq -c '.manifests |= .[1:]' img/index.json > new && mv new img/index.json
    odd
    pull
    [ "$(asked '.range != null')" = 0 ]
    tmp_is_empty
    image rm "$image"

    odd --odd layer:cut=100000
    run -1 pull --retry 0
    head -c 100000 /dev/urandom > $store/tmp/layer-*/*.part
    stop_odds
    odd_at "$port"
    pull # by itself it finds out that what it had was wrong
    image unpack "$image" out
    cmp a/f out/f
    tmp_is_empty
    image rm "$image"
}
