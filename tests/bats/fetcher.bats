load helpers
load fetcher_helpers

@test "fetcher: a file of this machine comes, as the sandbox owner's" {
    cp srv/hello 'a b%41'
    fetcher -d sb "$PWD/srv/hello" "file://$PWD/a%20b%2541" -o two "file://localhost$PWD/srv/hello" \
        -o three "file:$PWD/srv/hello"
    holds hello 'a b%41' two three
    cmp srv/hello sb/hello
    [ "$(facts hello)" = 'regular file 644 1000:1001' ]
}

@test "fetcher: a web page comes, with its name decoded and without query and fragment" {
    cp srv/hello 'srv/h ü'
    serve web
    run -0 fetcher -d sb "$web/plain/hello?a=/b/c#d" "$web/plain/h%20%c3%bc"
    holds hello 'h ü'
    says 'hello fetched 6 B'
    grep -q '^/plain/hello?a=/b/c ' web.log
    run -0 fetcher -q -d sb "$web/plain/hello"
    [ "$output" = '' ]
}

@test "fetcher: options stand before the URI that they are about" {
    serve web
    fetcher -d sb --executable -o bin/run --sha256 "$(sha256 srv/hello)" "$web/plain/hello" "$web/plain/hello"
    holds bin bin/run hello
    [ "$(facts bin)" = 'directory 755 1000:1001' ]
    [ "$(facts bin/run)" = 'regular file 755 1000:1001' ]
    [ "$(facts hello)" = 'regular file 644 1000:1001' ]
}

@test "fetcher: --user is whose it becomes" {
    fetcher -d sb --user 7:8 -o a/b "$PWD/srv/hello"
    [ "$(facts a)$(facts a/b)" = 'directory 755 7:8regular file 644 7:8' ]
    fetcher -d sb --user 7 "$PWD/srv/hello"
    [ "$(facts hello)" = 'regular file 644 7:1001' ]
    run -2 fetcher -d sb --user root "$PWD/srv/hello"
    says 'fetcher: option --user: "root" is not UID or UID:GID, in numbers'
}

@test "fetcher: what was there is replaced, but no folder" {
    echo old, and longer > sb/hello
    fetcher -d sb "$PWD/srv/hello"
    cmp srv/hello sb/hello
    mkdir sb/d
    run -1 fetcher -d sb -o new "$PWD/srv/hello" -o d "$PWD/srv/hello"
    says 'fetcher: place: d: put "d" in its place: a folder is there'
    holds hello d
    run -1 fetcher -d sb -o new/x "$PWD/srv/hello" -o hello/x "$PWD/srv/hello"
    says 'place: hello/x: open the folder "hello": not a directory (ENOTDIR)'
    holds hello d
}

@test "fetcher: all come or none" {
    echo old > sb/hello
    serve web
    run -1 fetcher -d sb "$web/plain/hello" -o b/c "$web/plain/hello" "$web/plain/nope"
    says "fetcher: fetch: $web/plain/nope: get: the server has nothing of this name (404)"
    holds hello
    [ "$(cat sb/hello)" = old ]
    mkdir sb/d
    run -1 fetcher -d sb "$web/plain/hello" -o b/c "$web/plain/hello" -o d "$web/plain/hello"
    says 'a folder is there'
    holds hello d
    [ "$(cat sb/hello)" = old ]
}

@test "fetcher: a wrong sha256" {
    run -1 fetcher -d sb --sha256 "$(sha256 /bin/busybox)" "$PWD/srv/hello"
    says "fetcher: fetch: $PWD/srv/hello: check sha256: its sha256 is $(sha256 srv/hello), and should be $(sha256 /bin/busybox)"
    is_empty
    run -2 fetcher -d sb --sha256 12 "$PWD/srv/hello"
    says 'is not 64 hexadecimal digits'
    fetcher -d sb --sha256 "$(sha256 srv/hello | tr a-f A-F)" "$PWD/srv/hello"
}

@test "fetcher: what cannot be understood is said before anything is fetched" {
    serve web
    check() { # WORDS TEXT
        run -2 fetcher -d sb $1
        says "$2"
        is_empty
    }
    check '' 'fetcher: there is no URI, and no --json'
    check "$web/plain/hello $PWD/srv/hello" "$web/plain/hello and $PWD/srv/hello would both become \"hello\""
    check "-o a $web/plain/hello -o a/b $PWD/srv/hello" 'would become "a", and'
    check "$web/plain/hello --executable" 'fetcher: options of a URI stand after the last one'
    check "--executable --extract $web/plain/hello" '--executable and --extract for the same URI'
    check "-o ../x $web/plain/hello" 'the name "../x" cannot be one of a file: its path has a component ".."'
    check "-o /x $web/plain/hello" 'the name "/x" is an absolute path'
    check "-o x/ $web/plain/hello" 'the name "x/" ends in a "/"'
    check "-o .davit-fetch.1 $web/plain/hello" 'begins with .davit-fetch.'
    check "$web/" 'URI 1: the name "" is none'
    check "$web/%2e%2E" 'URI 1: the name "'
    check "$web/a%2fb" 'the name "a/b" is no name of a file'
    check "$web/a%00b" 'has a control character'
    check "hdfs://x/y" '"hdfs" is none of the schemes that are carried out: http, https, file'
    check "srv/hello" 'it is neither an absolute path nor a URI'
    check "file://elsewhere/x" 'it is a file of the host "elsewhere"'
    check "http://" 'URI 1: it is no URL'
    run -2 fetcher "$web/plain/hello"
    says 'fetcher: no sandbox; -d names it'
    run -1 fetcher -d none "$web/plain/hello"
    says 'fetcher: open sandbox: open none: no such file or directory (ENOENT)'
    [ ! -e web.log ]
    run -0 fetcher --version
    says 'davit fetcher version'
    run -0 fetcher --help
    says 'usage: fetcher [options] [URI]...'
}

@test "fetcher: a password is never shown, in no message" {
    serve web
    for uri in "${web/:\/\//:\/\/me:se%3Acret@}"/{status/500,plain/nope} "http://me:se%3Acret@127.0.0.1:1/x" \
        "http://me:se%3Acret@127.0.0.1:x/y"; do
        run fetcher --retry 0 -d sb "$uri?token=hidden"
        [ "$status" -ne 0 ]
        [[ $output != *se%3Acret* && $output != *se:cret* && $output != *hidden* ]]
    done
}

@test "fetcher: only regular files of this machine, and nothing waits" {
    mkfifo fifo
    for each in /dev/zero "$PWD/fifo" /dev /proc/1/exe/x; do
        run -1 timeout 10 fetcher -d sb -o x "$each"
        is_empty
    done
    run -1 fetcher -d sb -o x "$PWD/fifo"
    says "read $PWD/fifo: not a regular file"
}

@test "fetcher: --max-size is the most of a file" {
    serve web
    run -1 fetcher -d sb --max-size 5 "$web/plain/hello"
    says 'it has more than 5 bytes, the most that --max-size allows'
    run -1 timeout 60 fetcher -d sb --max-size 3m "$web/endless"
    says 'it has more than 3145728 bytes'
    run -1 fetcher -d sb --max-size 5 "$PWD/srv/hello"
    is_empty
    fetcher -d sb --max-size 6 "$web/plain/hello"
}

@test "fetcher: what is to be fetched, as JSON" {
    serve web
    cat > uris.json <<END
{"uris": [{"value": "$web/plain/hello", "executable": true, "output_file": "a/b", "sha256": "$(sha256 srv/hello)"},
  {"value": "$web/plain/hello", "cache": false}], "value": "a command", "shell": true}
END
    fetcher -d sb --json uris.json
    holds a a/b hello
    [ "$(facts a/b)" = 'regular file 755 1000:1001' ]
    rm -r sb/*
    fetcher -d sb --json - < uris.json
    holds a a/b hello
    rm -r sb/*
    refuse() { # JSON TEXT
        run fetcher -d sb --json - <<< "$1"
        [ "$status" -ne 0 ]
        says "$2"
        is_empty
    }
    refuse '{"uris": [{"value": "/x", "cache": true}]}' \
        'standard input:1:36: /uris/0/cache: wants a cache, which is not carried out yet'
    refuse '{"uris": [{"value": "/x", "output_file": "../x"}]}' '/uris/0/output_file: cannot be one of a file'
    refuse '{"uris": [{"value": "/x", "sha256": "12"}]}' '/uris/0/sha256: is not 64 hexadecimal digits'
    refuse '{"uris": [{"value": "/x"}, {"value": "ftp://a/b"}]}' '/uris/1/value: cannot be fetched: "ftp"'
    refuse '{"uris": [{"value": "http://a/"}]}' '/uris/0/value: ends in the name "", which is none'
    refuse '{"uris": [{"executable": true}]}' '/uris/0: "value" is missing'
    refuse '{"uris": [{"value": "/x"}, {"value": "/y/x"}]}' '/x and /y/x would both become "x"'
    refuse '{' 'standard input'
    refuse '{}' '"uris" is missing'
    run -2 fetcher -d sb --json uris.json /x
    says 'by --json or by words, not by both'
    fetcher -d sb --json - <<< '{"uris": []}'
    is_empty
}
