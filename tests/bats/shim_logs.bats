# What `shim logs` shows, and when it ends.

load helpers
load shim_helpers

@test "logs: the last lines, and whatever comes until the end" {
    bundle "$(script 'for i in 1 2 3; do echo $i; done; while [ ! -e /end ]; do sleep 0.05; done; printf 4')"
    shim launch --name web b/
    until grep -qs 3 /var/lib/davit/sandbox/web/stdout; do sleep 0.02; done
    timeout 20 shim logs -f --tail 2 web >shown 3>&- &
    until grep -qs 3 shown; do sleep 0.02; done
    touch b/rootfs/end
    wait $!
    [ "$(cat shown)" = $'2\n3\n4' ]
    run -0 shim logs --tail 2 web
    [ "$output" = $'3\n4' ]
    run -0 shim logs --tail 0 web
    [ "$output" = "" ]
    run -0 shim logs --tail 9 web
    [ "$output" = $'1\n2\n3\n4' ]
}

@test "logs --json: a line each; long ones in parts, of whole characters" {
    bundle "$(script 'echo "a \"word\""; echo err >&2; printf "\\377\\n"; printf end
                      i=0; printf x; while [ $i -lt 100000 ]; do printf ü; i=$((i + 1)); done')"
    shim launch --name web b/
    shim wait web
    run -0 shim logs --json web
    [ "$(head -n 2 <<<"$output")" = '{"stream":"stdout","line":"a \"word\""}
{"stream":"stdout","line":"�"}' ]
    [ "$(jq -c 'select(.partial) | .stream' <<<"$output" | sort -u)" = '"stdout"' ]
    [ "$(jq -rj 'select(.partial) | .line' <<<"$output" | md5sum)" = \
        "$( (printf endx; printf 'ü%.0s' {1..100000}) | md5sum)" ]
    [ "$(jq -r 'select(.stream == "stderr") | .line' <<<"$output")" = err ]
    [ "$(shim logs --tail 0 --json web)" = "" ]
}

@test "a follower of logs that is stopped, or killed, stops nothing" {
    bundle "$(script 'i=0; while [ $i -lt 20000 ]; do echo "line $i"; i=$((i + 1)); done')"
    shim launch --name web b/
    shim logs -f web | sleep 100 3>&- &
    stopped=$!
    shim logs -f web > seen 3>&- &
    kill -9 $!
    run -0 timeout 20 shim wait web
    [ "$(shim logs --tail 1 web)" = "line 19999" ]
    kill $stopped
}

@test "logs: both streams in turns, and an end, however fast the container writes" {
    bundle "$(script 'yes & yes >&2')"
    shim launch --name web b/
    until [ "$(shim logs web 2>&1 >/dev/null | head -c 1)" = y ]; do sleep 0.02; done
    timeout 60 shim logs web > out 2> err
    [ -s out ] && [ -s err ]
    ino() { stat -c %s "/var/lib/davit/sandbox/web/$1"; }
    [ "$(stat -c %s out)" -lt "$(ino stdout)" ]
    shim destroy --timeout 0 web
}

@test "logs -f: where the container cuts its own log it begins again" {
    bundle "$(script 'echo a long first line; until [ -e /go ]; do sleep 0.02; done; echo two > /dev/stdout
                      until [ -e /end ]; do sleep 0.02; done; echo three')"
    shim launch --name web b/
    timeout 20 shim logs -f web > shown 3>&- &
    until grep -qs first shown; do sleep 0.02; done
    touch b/rootfs/go
    until grep -qs two shown; do sleep 0.02; done
    touch b/rootfs/end
    wait $!
    [ "$(cat shown)" = $'a long first line\ntwo\nthree' ]
    [ "$(shim logs web)" = $'two\nthree' ]
}

@test "logs: of a container in the foreground nothing is kept, and that is said" {
    bundle "$(script 'echo word')"
    run -0 shim run --name web b/
    for option in '' -f; do
        # shellcheck disable=SC2086 # it may be no word
        run -0 timeout 20 shim logs $option web
        [ "$output" = 'shim: logs web: nothing is kept of what `shim run` has passed on to its caller' ]
    done
}
