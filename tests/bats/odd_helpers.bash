# Registries that misbehave (odd_registry), each at a port of its own. After `load image_helpers`.

odds=() next_port=5300

# One with what is in ./img; its image is $image, and what it was asked is in $log.
odd() { # [OPTION...]
    port=$((next_port++))
    image=127.0.0.1:$port/some/thing:v1
    log=log.$port
    odd_at $port "$@"
}
odd_at() { # PORT [OPTION...]
    odd_registry img "$1" "log.$1" "${@:2}" > "out.$1" 2>&1 3>&- &
    odds+=($!)
    until (: < "/dev/tcp/127.0.0.1/$1") 2>/dev/null; do kill -0 $!; sleep 0.02; done
}
stop_odds() {
    for pid in "${odds[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" || true; done
    odds=()
}
teardown() {
    stop_odds
    forget_images
}

# An image of one layer of a good 300,000 bytes, in ./img.
odd_image() { # [COMPRESSION]
    mkdir -p a
    [ -e a/f ] || head -c 300000 /dev/urandom > a/f
    [ -e a.tar ] || layer a # tar notes when files were read
    oci_layout img v1 '{}' "a.tar:${1-plain}" > digest
    blob=$(jq -r '.layers[0].digest' "$(blob_file "$(cat digest)")")
    config=$(jq -r '.config.digest' "$(blob_file "$(cat digest)")")
    size=$(stat -c %s "$(blob_file "$blob")")
}
blob_file() { # DIGEST
    echo "img/blobs/sha256/${1#sha256:}"
}
pull() { # [OPTION...]
    image pull -q --retry-delay 10ms "$@" "$image"
}
asked() { # FILTER: how many requests there were that fit
    jq -s "map(select($1)) | length" "$log"
}

# After a pull that failed nothing is in the store but what is whole; and from an honest registry
# at the same place all comes, and nothing of what was before stays.
only_whole_things() {
    [ "$(objects layers)" = 0 ]
    (cd $store/blobs/sha256 && for file in *; do [ ! -e "$file" ] || sha256sum -c --quiet <<<"$file  $file"; done)
}
tmp_is_empty() {
    [ "$(objects tmp)" = 0 ] || { ls -lR $store/tmp; false; }
}
recovers() {
    only_whole_things
    stop_odds
    odd_at "$port"
    image pull -q --tls-verify=false "$image"
    tmp_is_empty
    image unpack "$image" good
    cmp a/f good/f
    rm -r good
    image rm "$image"
    store_is_empty
}
