load helpers
load fetcher_helpers

@test "http: a connection that breaks: it goes on from there, where the content is still the same" {
    head -c 3000000 /dev/urandom > srv/big
    serve web
    for how in break dated; do
        fetcher -d sb --retry-delay 1ms --sha256 "$(sha256 srv/big)" -o $how "$web/$how/1000000/big"
        cmp srv/big sb/$how
    done
    [ "$(grep -c . web.log)" = 4 ]
    grep -q '^/break/1000000/big bytes=1000000- "1" -$' web.log
    grep -q '^/dated/1000000/big bytes=1000000- Wed, 21 Oct 2015 07:28:00 GMT -$' web.log
}

@test "http: where nothing proves that it is the same, or it is not, it begins anew" {
    head -c 3000000 /dev/urandom > srv/big
    serve web
    for how in weak young changed; do
        fetcher -d sb --retry-delay 1ms -o $how "$web/$how/1000000/big"
        cmp srv/big sb/$how
    done
    grep -q '^/changed/1000000/big bytes=1000000- "0" -$' web.log
    [ "$(grep -c 'bytes=' web.log)" = 1 ]
    run -1 fetcher -d sb --retry-delay 1ms "$web/liar/1000000/big"
    says 'the server sends another part than it was asked for'
}

@test "http: tries come to an end, and what will not pass is not tried again" {
    serve web
    run -1 fetcher -d sb --retry 2 --retry-delay 1ms "$web/breaks/3/hello"
    says "fetch: $web/breaks/3/hello: get: "
    says '(after 3 tries)'
    [ "$(grep -c . web.log)" = 3 ]
    fetcher -d sb --retry-delay 1ms "$web/later/2/hello"
    cmp srv/hello sb/hello
    : > web.log
    for code in 400 401 403 404 410 501; do
        run -1 fetcher -d sb --retry-delay 1ms -o x "$web/status/$code"
        says "$code"
    done
    [ "$(grep -c . web.log)" = 6 ]
    run -1 fetcher -d sb --retry 1 --retry-delay 1ms -o x "$web/status/500"
    says "fetch: $web/status/500: get: the server answers 500: so it is (after 2 tries)"
    run -1 fetcher -d sb --retry 1 --retry-delay 1ms http://127.0.0.1:1/x
    says 'Failed to connect'
    holds hello
}

@test "http: an empty file is a file" {
    : > srv/none
    serve web
    fetcher -d sb --sha256 "$(sha256 srv/none)" "$web/plain/none"
    cmp srv/none sb/none
}

@test "http: redirects are followed, but not round and round, nor to other schemes" {
    serve web
    fetcher -d sb -o a "$web/to?$web/plain/hello" -o b "$web/to?/plain/hello"
    cmp srv/hello sb/a
    cmp srv/hello sb/b
    run -1 fetcher -d sb "$web/to?/to?/plain/nope"
    says '(404)'
    ln -s "$PWD" srv/here
    for bad in file:///etc/passwd ftp://127.0.0.1/x gopher://127.0.0.1/x; do
        run -1 fetcher -d sb "$web/to?$bad"
        says 'redirect'
    done
    run -1 fetcher -d sb -o c "$web/loop"
    says 'more than 10 redirects'
    holds a b
}

@test "http: a password is for the URI's own server" {
    serve web
    serve other
    me=${web/:\/\//:\/\/me:se%3Acret@}
    fetcher -d sb "$me/login/hello"
    cmp srv/hello sb/hello
    fetcher -d sb -o own "$me/to?/login/hello"
    fetcher -d sb -o far "$me/to?$other/plain/hello"
    [ "$(cat other.log)" = '/plain/hello - - -' ]
    run -1 fetcher -d sb "$web/login/hello"
    says 'the server refuses it (401)'
}

@test "http: TLS needs a CA that is trusted, and is not given up" {
    mkdir ca
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca/ca.crt -days 2 -subj /CN=us 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=127.0.0.1 2>/dev/null
    openssl x509 -req -in server.csr -CA ca/ca.crt -CAkey ca.key -CAcreateserial -days 2 -out server.crt \
        -extfile <(echo subjectAltName=IP:127.0.0.1) 2>/dev/null
    serve safe server.crt server.key
    serve web
    run -1 fetcher -d sb "$safe/plain/hello"
    says 'SSL certificate problem'
    fetcher -d sb --ca ca "$safe/plain/hello"
    fetcher -d sb --ca ca/ca.crt "$safe/plain/hello"
    fetcher -d sb --ca ca -o up "$web/to?$safe/plain/hello"
    run -1 fetcher -d sb --ca ca -o down "$safe/to?$web/plain/hello"
    says "a redirect to $web would give up TLS"
    ! grep "^/plain" web.log
    mkdir none
    run -1 fetcher -d sb --ca none "$safe/plain/hello"
    says 'fetcher: read certificates: none has no certificates (*.crt, *.pem)'
    holds hello up
}

@test "http: forty at once" {
    serve web
    uris=()
    for i in {1..40}; do
        head -c $((i * 10000)) /dev/urandom > "srv/f$i"
        uris+=(--sha256 "$(sha256 "srv/f$i")" "$web/plain/f$i")
    done
    fetcher -q -d sb "${uris[@]}"
    rm srv/hello
    diff -r srv sb
}
