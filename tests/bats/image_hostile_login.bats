load helpers
load image_helpers
load odd_helpers

setup_file() {
    # Names of hosts that are all this machine; the file is the box's own.
    cp /etc/hosts "$BATS_FILE_TMPDIR/hosts"
    echo '127.0.0.1 reg.odd.test auth.odd.test auth.evil.test' >> /etc/hosts
}
teardown_file() {
    cp "$BATS_FILE_TMPDIR/hosts" /etc/hosts
}

login() { # HOST:PORT: a file that has me:secret for it
    printf '{"auths": {"%s": {"auth": "%s"}}}' "$1" "$(printf me:secret | base64)" > auth.json
}
certificates() { # makes ca/ca.crt, and server.crt for all names
    mkdir ca
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca/ca.crt -days 2 -subj /CN=us 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=odd 2>/dev/null
    openssl x509 -req -in server.csr -CA ca/ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt \
        -extfile <(echo subjectAltName=IP:127.0.0.1,DNS:reg.odd.test,DNS:auth.odd.test,DNS:auth.evil.test) 2>/dev/null
}
# A token server, and then a registry at another port that names it.
two_servers() { # REALM-BEGIN [OPTION of the registry...]: the realm is REALM-BEGIN:PORT/token
    odd "${token_server[@]}"
    token_port=$port token_log=$log
    odd --bearer "$1:$token_port/token" "${@:2}"
}
token_server=()
nobody_else_was_asked() {
    [ ! -e "$token_log" ]
}

@test "login: a token server of the registry itself gives a token, which goes to no other" {
    odd_image
    login 127.0.0.1:5301
    odd
    local other=$port
    odd --bearer "http://127.0.0.1:5301/token" --login me:secret --odd "layer:goto=http://127.0.0.1:$other{path}"
    run -1 pull
    says "find image: http://127.0.0.1:5301: its token server http://127.0.0.1:5301 answers 401"
    pull --authfile auth.json
    [[ $(jq -rs ".[-1].authorization" "$log") = "Bearer token-"* ]]
    [ "$(jq -r .authorization "log.$other" | sort -u)" = null ]
    image rm "$image"
}

@test "login: a token that is no longer good is asked for again, in the middle of a pull" {
    odd_image
    port=$next_port
    odd --bearer "http://127.0.0.1:$port/token" --uses 1
    pull
    [ "$(asked '.path | startswith("/token")')" = 3 ]
    image rm "$image"
}

@test "login: whoever wants a login again and again does not get it again and again" {
    odd_image
    login 127.0.0.1:5300
    odd --odd 'manifest:status=401,WWW-Authenticate: Basic realm="odd"'
    run -1 pull --authfile auth.json
    says "find image: http://127.0.0.1:5300 refuses some/thing/manifests/v1 (401)"
    [ "$(asked true)" = 2 ]
    recovers
    port=$next_port
    login "127.0.0.1:$port"
    odd --bearer "http://127.0.0.1:$port/token" --uses 0
    run -1 pull --authfile auth.json
    says "refuses some/thing/manifests/v1 (401)"
    [ "$(asked true)" = 3 ]
    recovers
}

@test "login: what other servers ask for, to which a redirect leads, is not answered" {
    odd_image
    odd --basic x:y
    local other=$port other_log=$log
    login "127.0.0.1:$next_port"
    odd --odd "layer:goto=http://127.0.0.1:$other{path}"
    run -1 pull --authfile auth.json
    says "fetch layer: http://127.0.0.1:$other refuses some/thing/blobs/$blob (401)"
    [ "$(jq -r .authorization "$other_log" "$log" | sort -u)" = null ]
    recovers
}

@test "login: a token server elsewhere gets nothing: by number, without TLS, in a foreign domain" {
    odd_image
    certificates
    local tls=(--tls server.crt server.key)

    two_servers http://localhost
    login "127.0.0.1:$port"
    run -1 pull --authfile auth.json
    says "http://127.0.0.1:$port: its token server http://localhost:$token_port is another host, without TLS"
    nobody_else_was_asked
    recovers

    two_servers http://127.0.0.1
    login "127.0.0.1:$port"
    run -1 pull --authfile auth.json
    says "its token server http://127.0.0.1:$token_port does not belong to it, and gets no credentials"
    nobody_else_was_asked

    token_server=("${tls[@]}")
    for realm in https://127.0.0.1 https://2130706433 https://0x7f.1 https://localhost; do
        two_servers $realm "${tls[@]}"
        image=reg.odd.test:$port/some/thing:v1
        login "reg.odd.test:$port"
        run -1 pull --authfile auth.json --cert-dir ca
        says "https://reg.odd.test:$port: its token server https://"
        says "is a number, and not its own"
        nobody_else_was_asked
    done

    two_servers https://auth.evil.test "${tls[@]}"
    image=reg.odd.test:$port/some/thing:v1
    login "reg.odd.test:$port"
    run -1 pull --authfile auth.json --cert-dir ca
    says "its token server https://auth.evil.test:$token_port does not belong to it, and gets no credentials"
    nobody_else_was_asked
    run -1 pull --cert-dir ca # without credentials it may be asked; but its tokens are not the registry's
    says "https://reg.odd.test:$port refuses some/thing/manifests/v1 (401)"
    [ "$(jq -r .authorization "$token_log" | sort -u)" = null ]

    two_servers http://reg.odd.test "${tls[@]}"
    image=reg.odd.test:$port/some/thing:v1
    login "reg.odd.test:$port"
    run -1 pull --authfile auth.json --cert-dir ca
    says "its token server http://reg.odd.test:$token_port has no TLS"
    nobody_else_was_asked

    two_servers https://auth.odd.test "${tls[@]}"
    image=reg.odd.test:$port/some/thing:v1
    login "reg.odd.test:$port"
    run -1 pull --authfile auth.json --cert-dir ca
    [ "$(jq -r .authorization "$token_log")" = "Basic $(printf me:secret | base64)" ] # the registry's own domain
}

@test "login: a redirect of a layer to where there is no TLS is refused" {
    odd_image
    certificates
    odd
    local other=$port
    odd --tls server.crt server.key --odd "layer:goto=http://127.0.0.1:$other/x?signature=secret"
    run -1 pull --cert-dir ca
    says "fetch layer: https://127.0.0.1:$port/v2/some/thing/blobs/$blob: a redirect to http://127.0.0.1:$other would give up TLS"
    [ ! -e "log.$other" ]
    only_whole_things
    odd --tls server.crt server.key --odd "layer:goto=https://127.0.0.1:$other/x?signature=secret"
    run -1 pull --cert-dir ca
    says "fetch layer: https://127.0.0.1:$other/x: "
    [ "$(asked '.host == null')" = 0 ] # nothing was asked again without TLS
}

@test "login: what a token server says is not believed" {
    odd_image
    local name=
    for say in rubbish '{}' '{"token": 7}' '{"token": ""}' '{"token": "a\r\nX-Evil: b"}' '[]' ''; do
        name=http://127.0.0.1:$next_port
        odd --bearer "$name/token" --odd "token:body=$say"
        run -1 pull
        says "image: pull docker://$image: find image: $name: "
        [ "$(asked true)" = 2 ]
    done
    for oddity in endless status=404 error=500 goto=http://127.0.0.2:1/x 'goto={path}' status=301; do
        name=http://127.0.0.1:$next_port
        odd --bearer "$name/token" --odd "token:$oddity"
        run -1 pull
        says "find image: $name: "
    done
    recovers
    for challenge in 'Negotiate abc' 'Bearer realm="' 'Bearer service="x"' 'Bearer realm="file:///etc/passwd"' ' , ,,'; do
        odd --bearer "$challenge "
        run -1 pull
        says "find image: http://127.0.0.1:$port: its token server: " || says "find image: http://127.0.0.1:$port: it asks for no login that is known here (Bearer, Basic)"
    done
    recovers
    port=$next_port
    odd --bearer "http://127.0.0.1:$port/token" --odd 'token:status=503*2' --odd token:patience
    pull --retry 4
    image rm "$image"
}
