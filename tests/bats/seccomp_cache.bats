load helpers

# Compiled filters are kept in files, and none that is not as it was written is ever loaded.

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    rm -rf "$kept"
}
teardown() {
    runtime delete --force web
    rm -rf "$kept"
    nothing_is_left
}
kept=/run/davit/runtime/.seccomp

profile() { # ERRNO
    echo ".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", syscalls: [{names: [\"mkdir\", \"mkdirat\"], action: \"SCMP_ACT_ERRNO\", errnoRet: $1}]}"
}
refused_with() { # TEXT
    run -1 runtime run b/
    says "$1"
}
file() { # the one that is there
    [ "$(ls -A "$kept" | wc -l)" = 1 ]
    echo "$kept/$(ls -A "$kept")"
}

@test "a filter is compiled once, and is the same from its file" {
    bundle '.process.args = ["mkdir", "/tmp/a"]' "$(profile 28)"
    refused_with 'No space left on device'
    file=$(file)
    [ "$(stat -c '%u %a' "$kept" "$file")" = $'0 700\n0 600' ]
    touch -d '2020-01-01' "$file"
    refused_with 'No space left on device'
    [ "$(stat -c %Y "$file")" = "$(date -d '2020-01-01' +%s)" ]
    [ "$(runtime list -q)" = "" ]
}

@test "profiles that differ in one number have filters of their own" {
    bundle '.process.args = ["mkdir", "/tmp/a"]' "$(profile 28)"
    refused_with 'No space left on device'
    bundle "$(profile 38)"
    refused_with 'Function not implemented'
    bundle "$(profile 28)"
    refused_with 'No space left on device'
    [ "$(ls "$kept" | wc -l)" = 2 ]
}

@test "what is damaged, or could be another's, is passed over and written anew" {
    bundle '.process.args = ["mkdir", "/tmp/a"]' "$(profile 28)"
    refused_with 'No space left on device'
    file=$(file)
    cp "$file" good
    size=$(stat -c %s good)
    flipped() { # POSITION
        printf '\377' | dd of="$file" bs=1 seek="$1" conv=notrunc status=none
    }
    for damage in 'truncate -s 0' 'truncate -s 20' "truncate -s $((size - 8))" 'truncate -s +8' 'flipped 0' 'flipped 9' 'flipped 17' 'flipped 25' \
        'flipped 40' "flipped $((size - 2))" 'chown 1000' 'chmod 604' 'chmod 660'; do
        echo "$damage"
        if [[ $damage = flipped* ]]; then $damage; else $damage "$file"; fi
        refused_with 'No space left on device'
        cmp good "$(file)"
        [ "$(stat -c '%u %a' "$file")" = '0 600' ]
    done
    mv "$file" elsewhere
    ln -s "$work/elsewhere" "$file"
    refused_with 'No space left on device'
    [ ! -L "$file" ]
    cmp good "$file"
}

@test "where nothing can be kept the filter holds all the same" {
    mkdir -p "$kept"
    chown 1000 "$kept"
    bundle '.process.args = ["mkdir", "/tmp/a"]' "$(profile 28)"
    refused_with 'No space left on device'
    [ -z "$(ls -A "$kept")" ]
    rm -rf "$kept"
    : > "$kept"
    refused_with 'No space left on device'
}

@test "exec has its filter from there, and makes it where it is gone" {
    up "$(profile 28)"
    rm -rf "$kept"
    for time in first second; do
        run -1 runtime exec web mkdir /tmp/a
        says 'No space left on device'
        [ -e "$(file)" ]
    done
}

@test "there are never more than 64, and the oldest go" {
    bundle '.process.args = ["true"]' "$(profile 1)"
    runtime run b/
    first=$(file)
    touch -d '2020-01-01' "$first"
    for ((number = 2; number <= 68; number++)); do
        jq ".linux.seccomp.syscalls[0].errnoRet = $number" b/config.json > c.json
        runtime run -f c.json b/
    done
    [ "$(ls -A "$kept" | wc -l)" = 64 ]
    [ ! -e "$first" ]
}
