load helpers
load image_helpers

certificate() { # makes ca/ca.crt, and a server's that it has signed
    mkdir ca
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca/ca.crt -days 2 -subj /CN=us 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1 2>/dev/null
    openssl x509 -req -in server.csr -CA ca/ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt \
        -extfile <(echo subjectAltName=IP:127.0.0.1) 2>/dev/null
}

@test "registry: an image comes, runs, and is what was pushed" {
    start_registry
    busybox_layer
    oci_layout img v1 '{"Cmd": ["echo", "from afar"]}' base.tar
    push v1
    run -0 --separate-stderr image pull "docker://$image:v1"
    [ "$output" = "$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$image:v1")" ]
    image bundle "$image:v1" b
    run -0 runtime run --bundle b web
    [ "$output" = "from afar" ]
    image unbundle b
    image pull -q "$image@$(image ls --json | jq -r '.[0].digest')"
    run -1 image pull "$image:v2"
    says "some/thing/manifests/v2 (404)"
    run -1 image pull "127.0.0.1:$port/other:v1"
    says "other/manifests/v1 (404)"
    stop_registry
    run -1 image pull "$image:v1"
    says "find image: https://127.0.0.1:$port/v2/some/thing/manifests/v1: Failed to connect"
}

@test "registry: TLS with a CA of our own, and not without it" {
    certificate
    start_registry ', tls: {certificate: server.crt, key: server.key}'
    busybox_layer
    oci_layout img v1 '{}' base.tar
    push v1
    run -1 image pull "$image:v1"
    says 'SSL certificate problem'
    image pull -q --cert-dir ca "$image:v1"
    image rm "$image:v1"
    image pull -q --tls-verify=false "$image:v1"
    stop_registry
}

@test "registry: a login with a password, from the file that podman keeps" {
    python3 -W ignore -c 'import crypt; print("me:" + crypt.crypt("secret", crypt.METHOD_BLOWFISH))' > htpasswd
    start_registry '' 'auth: {htpasswd: {realm: r, path: htpasswd}}'
    run -1 image pull "$image:v1"
    says "it asks for a login, and there is none for it"
    printf '{"auths": {"%s": {"auth": "%s"}}}' "127.0.0.1:$port" "$(printf 'me:wrong' | base64)" > auth.json
    run -1 image pull --authfile auth.json "$image:v1"
    says 'refuses some/thing/manifests/v1 (401)'
    printf '{"auths": {"%s": {"auth": "%s"}}}' "127.0.0.1:$port" "$(printf 'me:secret' | base64)" > auth.json
    busybox_layer
    oci_layout img v1 '{}' base.tar
    push v1 --dest-creds me:secret
    image pull -q --authfile auth.json "$image:v1"
    image rm "$image:v1"
    printf '{"auths": {"https://%s/v1/": {"auth": "%s"}}}' "127.0.0.1:$port" "$(printf 'me:secret' | base64)" > auth.json
    REGISTRY_AUTH_FILE=$PWD/auth.json image pull -q "$image:v1"
    stop_registry
}

@test "registry: one that dies in the middle of a layer: the next pull goes on from there" {
    [ -z "${SAN-}" ] || skip "strace does not go with the sanitizers"
    start_registry
    mkdir big; head -c 50000000 /dev/urandom > big/file; layer big
    oci_layout img v1 '{}' big.tar:plain
    push v1
    IMAGE_STOP_AT='check layer' image pull "$image:v1" > out 2> err 3>&- &
    until part=$(ls $store/tmp/layer-*/*.part 2>/dev/null) && [ "$(stat -c %s "$part")" -ge 50000000 ]; do sleep 0.02; done
    kill -9 $!; wait $! || true
    stop_all image
    [ "$(objects layers)" = 0 ]
    truncate -s 20000000 "$part"
    stop_registry
    run -1 image pull "$image:v1"
    [ -s "$part" ]
    start_registry
    strace -f -e trace=sendto -s 300 -o trace image pull -q "$image:v1"
    grep -q 'Range: bytes=20000000-' trace
    [ ! -e "$part" ]
    image unpack "$image:v1" out.d
    cmp big/file out.d/file
    image rm "$image:v1"
    store_is_empty
    stop_registry
}
