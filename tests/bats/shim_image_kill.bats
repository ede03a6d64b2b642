load helpers
load image_helpers
load shim_helpers

# Containers of an image, brought and filled while processes are killed at random: N of them, 12 where nobody says.

eval "shim_$(declare -f teardown)"
teardown() {
    shim_teardown
    for name in $(image ls -q); do image rm "$name"; done
    store_is_empty
}

# Its shim, its keeper, or one that works for it.
victim() { # ID
    { jq '.shim_pid, .keeper_pid | select(. > 0)' "$running/$1/status.json" || true
      pgrep -x 'image|fetcher' || true; } 2>/dev/null | shuf -n 1
}

@test "kill: whoever of those that bring, fill and guard is killed whenever, the record is right, and nothing is left" {
    busybox_layer
    mkdir more; for ((n = 0; n < 300; n++)); do echo $n > more/$n; done; layer more
    oci_layout img t '{"User": "app"}' base.tar more.tar > digest
    mkdir files; for ((n = 0; n < 100; n++)); do echo $n > files/$n; done; tar -czf files.tgz files
    for ((n = 0; n < ${N-12}; n++)); do
        shim launch -q --name "k$n" --uri "$PWD/files.tgz" oci:img:t \
            sh -c 'cd $DAVIT_SANDBOX && [ $(ls files | wc -l) = 100 ] && [ $(ls /more /0 /299 2>/dev/null | wc -l) = 2 ] && sleep 0.1 && exit 5' \
            > out 2> err 3>&- & launch=$!
        sleep "0.$(printf %03d $((RANDOM % 350)))"
        pid=$(victim "k$n"); [ -z "$pid" ] || kill -9 "$pid" 2>/dev/null || true
        launched=0; wait $launch || launched=$?
        waited=0; timeout 60 shim wait "k$n" > /dev/null 2>&1 || waited=$?
        echo "k$n: victim $pid, launch $launched, wait $waited: $(cat err)"
        case $launched in
            0) [ "$waited $(record "k$n" '"\(.known) \(.reason)"')" = '5 true exited' ] ;;
            *) [ "$waited $(record "k$n" '"\(.known) \(.reason)"')" = '125 true failed' ] ;;
        esac
        shim remove "k$n"
        ((n % 3)) || image rm "$(image ls -q)" || true
    done
    [ -z "$(findmnt -rno TARGET | grep $records)" ]
}
