load helpers

@test "spec writes a config that is JSON and names the newest spec" {
    run -0 runtime spec
    [ -z "$output" ]
    [ "$(jq -r .ociVersion config.json)" = 1.3.0 ]
    [ "$(jq -r '.process.args[0]' config.json)" = sh ]
}

@test "spec takes the bundle in every way of writing it" {
    for words in '--bundle b1' '--bundle=b2' '-bundle b3' '-b b4' '-bb5' '-b=b6'; do
        mkdir "b${words: -1}"
        # shellcheck disable=SC2086
        run -0 runtime spec $words
        [ -s "b${words: -1}/config.json" ]
    done
}

@test "spec never replaces a config, and leaves nothing half-made" {
    echo mine > config.json
    run -1 runtime spec
    [ "$output" = "runtime: spec: make config.json: file exists (EEXIST)" ]
    [ "$(cat config.json)" = mine ]
    [ "$(ls)" = config.json ]
}

@test "spec into a folder that is not there says so" {
    run -1 runtime spec -b nowhere
    [ "$output" = "runtime: spec: make nowhere/config.json: no such file or directory (ENOENT)" ]
}

@test "spec on a full disk leaves nothing half-made" {
    run -1 bash -c 'ulimit -f 1; trap "" XFSZ; runtime spec'
    says 'file too large (EFBIG)'
    [ -z "$(ls)" ]
}
