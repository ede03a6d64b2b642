load helpers
load image_helpers
load odd_helpers

# An index in ./img from tags that are there, or from digests of indexes.
index() { # TAG [PLATFORM=TAG-OR-DIGEST]...: prints its digest
    local of entry platform os architecture variant all=() tag=$1
    for entry in "${@:2}"; do
        platform=${entry%%=*} of=${entry#*=}
        IFS=/ read -r os architecture variant <<<"$platform"
        [[ $of = sha256:* ]] || of=$(jq -r --arg tag "$of" '.manifests[] | select(.annotations["org.opencontainers.image.ref.name"] == $tag) | .digest' img/index.json)
        all+=("$(jq -nc --arg digest "$of" --argjson size "$(stat -c %s "$(blob_file "$of")")" \
            --arg type "$(jq -r .mediaType "$(blob_file "$of")")" --arg os "$os" --arg architecture "$architecture" --arg variant "$variant" \
            '{mediaType: $type, digest: $digest, size: $size} + if $os == "" then {} else {platform: ({os: $os, architecture: $architecture, variant: $variant} | with_entries(select(.value != "")))} end')")
    done
    printf '%s\n' "${all[@]}" | jq -sc '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: .}' > new
    of=sha256:$(sha256sum < new | cut -d ' ' -f 1)
    cp new "$(blob_file "$of")"
    jq -c --arg tag "$tag" --arg digest "$of" --argjson size "$(stat -c %s new)" \
        '.manifests += [{mediaType: "application/vnd.oci.image.index.v1+json", digest: $digest, size: $size, annotations: {"org.opencontainers.image.ref.name": $tag}}]' \
        img/index.json > new && mv new img/index.json
    echo "$of"
}
images() { # NAME...: images of one file that says NAME, under this tag
    for name in "$@"; do
        mkdir "$name"; echo "$name" > "$name/f"; layer "$name"
        oci_layout img "$name" '{}' "$name.tar" > /dev/null
    done
}
comes() { # NAME [OPTION...]
    image pull -q "${@:2}" "$image" > out
    [ "$(cat out)" = "$top" ]
    image unpack "$image" tree
    [ "$(cat tree/f)" = "$1" ]
    rm -r tree
    image rm "$image"
    store_is_empty
}

@test "platform: of an index this machine's is taken, or the one that is asked for, and the digest is the index's" {
    images mine arm6 arm8 other
    machine=$(jq -r .architecture "$(blob_file "$(jq -r .config.digest "$(blob_file "$(jq -r '.manifests[0].digest' img/index.json)")")")")
    top=$(index v1 unknown/unknown=other linux/s390x=other "linux/$machine=mine" linux/arm/v6=arm6 linux/arm/v8=arm8)
    odd
    for image in "$image" oci:img:v1; do
        comes mine
        comes arm8 --platform linux/arm/v8
        comes arm6 --platform linux/arm/v7
        comes arm6 --platform linux/armhf
        comes other --platform linux/s390x
        run -1 image pull -q --platform linux/arm/v5 "$image"
        says "choose platform: $top: no image for linux/arm/v5: there are linux/s390x, linux/$machine, linux/arm/v6, linux/arm/v8"
        run -1 image pull -q --platform windows/amd64 "$image"
        says "choose platform: $top: no image for windows/amd64: there are linux/s390x, "
        run -2 image pull -q --platform arm "$image"
        says '"arm" is not a platform such as linux/amd64 or linux/arm/v7'
        store_is_empty
    done
}

@test "platform: indexes in indexes, but not for ever" {
    images mine other
    inner=$(index inner linux/s390x=mine linux/ppc64le=other)
    middle=$(index middle "linux/s390x=$inner")
    top=$(index v1 "linux/ppc64le=other" "=$middle")
    deep=$(index deep "=$top")
    odd
    comes mine --platform linux/s390x
    run -1 image pull -q --platform linux/s390x "${image%v1}deep"
    says "choose platform: $inner: indexes lie more than 3 deep"
    run -1 image pull -q --platform linux/riscv64 "${image%v1}inner"
    says "choose platform: $inner: no image for linux/riscv64: there are linux/s390x, linux/ppc64le"
}

@test "platform: an image that is for one platform is not taken for another" {
    images v1
    odd
    run -1 image pull -q --platform linux/s390x "$image"
    says "fetch config: sha256:"
    says ": no image for linux/s390x: there is linux/"
    top=$(jq -r '.manifests[0].digest' img/index.json)
    comes v1
}

@test "platform: what an index says of its entries must be true" {
    images mine
    top=$(index v1 linux/s390x=mine)
    inner=$(jq -r '.manifests[0].digest' "$(blob_file "$top")")
    jq -c '.manifests[0].size += 1' "$(blob_file "$top")" > new
    odd --odd "manifest:body=$(cat new)*1" --odd 'manifest:digest=*1'
    run -1 image pull -q --platform linux/s390x "$image"
    says "choose platform: http://127.0.0.1:$port/some/thing/manifests/$inner has "
    says " bytes, its descriptor says "
    run -1 image pull -q --platform linux/s390x "$image@sha256:$(printf '%064d' 0)"
    says "find image: "
    says "/manifests/sha256:000"
}
