load helpers
load image_helpers

# Pulls that are killed at random: N of them, 12 where nobody says.

setup() {
    work=$BATS_TEST_TMPDIR
    cd "$work" || return
    for layer in a b c; do
        mkdir $layer
        for ((n = 0; n < 200; n++)); do head -c $((RANDOM % 30000)) /dev/urandom > "$layer/$layer$n"; done
        layer $layer
    done
    mkdir d; : > d/.wh.a0; echo d > d/b1; layer d
    oci_layout img v1 '{}' a.tar b.tar c.tar:zstd d.tar > digest
    start_registry
    push v1 --preserve-digests
}
trees() { # a line for each layer and fix that is in the store: all that is in it
    for tree in "$store"/{layers,fixes}/*/tree; do
        [ ! -e "$tree" ] || echo "${tree#"$store/"} $( (listing "$tree" && cd "$tree" && find . -type f -exec cat {} +) | sha256sum)"
    done
}

@test "kill: whatever process of a pull is killed whenever, only whole things have a name, and the next pull completes" {
    began=$EPOCHREALTIME
    image pull -q "$image:v1"
    took=$((${EPOCHREALTIME/./} - ${began/./}))
    trees > right
    image rm "$image:v1"
    for ((n = 0; n < ${N-12}; n++)); do
        image pull -q "$image:v1" > out 2> err 3>&- & pull=$!
        sleep "$(printf '0.%06d' $((RANDOM * 32768 % took)))"
        # It, or one of those that work for it.
        victim=$pull
        ((n % 3)) || victim=$(pgrep -x image | shuf -n 1) || true
        kill -9 "${victim:-$pull}" 2>/dev/null || true
        wait $pull || true
        trees > now
        [ -z "$(comm -13 <(sort right) <(sort now))" ]
        if ((n % 4 == 3)); then
            image pull -q "$image:v1"
            trees | diff right -
            [ -z "$(ls "$store/tmp" "$store/trash" | grep -v :)" ]
            image rm "$image:v1"
        fi
    done
    image pull -q "$image:v1"
    trees | diff right -
    [ -z "$(ls -A "$store/tmp")" ]
    stop_registry
}
