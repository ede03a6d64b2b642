load helpers
load image_helpers
load odd_helpers

large_image() {
    mkdir -p a
    head -c 3000000 /dev/urandom > a/f
    odd_image
    name="layer ${blob:7:12}"
}

@test "progress: a terminal gets bars by bytes, drawn over one another" {
    large_image
    odd --odd 'layer:stall=2000000*1'
    run -0 at_terminal 24x80 image pull --stall-timeout 1s --retry-delay 10ms "$image" -- \
        see "$name [########                ] 1.0 MiB of 2.9 MiB" see "$name unpacked 2.9 MiB"
    [[ $output = *$'\e[1A'* ]]
    [[ $output = *$'\n'"$(cat digest)"* ]]
    image rm "$image"
}

@test "progress: on a narrow terminal no line is carried over to the next" {
    large_image
    odd
    run -0 at_terminal 24x40 image pull "$image" -- see unpacked
    longest=$(tr '\r' '\n' <<<"$output" | sed 's/\x1b\[[0-9]*[A-Z]//g' | grep -v sha256: | wc -L)
    [ "$longest" = 39 ]
    image rm "$image"
}

@test "progress: what is no terminal gets a line for each layer, and with --quiet nothing" {
    large_image
    odd
    image pull "$image" > out 2> err
    [ "$(cat err)" = "$name unpacked 2.9 MiB" ]
    image pull "$image" > out 2> err
    [ "$(cat err)" = "$name is there 2.9 MiB" ]
    image rm "$image"
    run -0 at_terminal 24x80 image pull --quiet "$image" --
    [ "$output" = "$(cat digest)"$'\r' ]
    image rm "$image"
    image pull -q "$image" > out 2> err
    [ ! -s err ]
    cmp out digest
    image rm "$image"
    run -1 image pull -q "${image}2"
    [ "${#lines[@]}" = 1 ]
}
