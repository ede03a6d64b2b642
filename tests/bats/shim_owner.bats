# What has the same name is not the same container: nothing of another's is touched.

load helpers
load shim_helpers

@test "a container of runtime's that has the id is not touched by who cannot have it" {
    bundle '.process.args = ["sleep", "100"]'
    runtime create -b b victim 3>&-
    runtime start victim
    run -125 shim run --name victim b/
    says 'container with this id already exists'
    [ "$(status_of victim)" = running ]
    run -125 shim run --rm --name victim --id-file /nonexistent/id b/
    [ "$(status_of victim)" = running ]
    shim remove victim
    mkdir -p $running/victim
    run -125 shim run --rm --name victim b/
    says 'file exists (EEXIST)'
    [ -d $running/victim ]
    rmdir $running/victim
    [ "$(status_of victim)" = running ]
    runtime delete --force victim
}

@test "two --data, one --root: whatever is asked of the one record, the other's container runs on" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web b/
    for verb in wait recover 'destroy --timeout 0' 'kill' 'remove' 'remove -f'; do
        [ -d other/containers/web ] || run -125 shim --data other launch --name web b/
        # shellcheck disable=SC2086 # they are words
        run shim --data other $verb web
        [ "$(of web status)" = running ]
        [ "$(status_of web)" = running ]
    done
    [ ! -d other/containers/web ]
}

@test "an id that begins with a dash" {
    bundle "$(script 'exit 3')"
    run -3 shim run --rm --name -x b/
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name --force b/
    run -0 shim kill -- --force KILL
    run -137 shim wait -- --force
    shim remove -- --force
}

@test "remove: one that cannot be removed does not keep the others from it" {
    bundle "$(script 'exit 3')"
    shim launch --name a b/
    shim launch --name b b/
    run -3 shim wait a b
    run -1 shim remove a nobody b
    [ "$output" = "shim: remove: nobody: container does not exist" ]
    [ -z "$(shim list -q)" ]
}

@test "remove -f: what goes by itself as it ends is removed" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --rm --name a b/
    run -0 shim remove -f a
    [ -z "$output" ]
}

@test "remove -f: of a broken record nothing runs on" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web b/
    kill_both web
    until_is web broken
    echo '{' > $records/web/launch.json
    run -0 shim remove -f web
    [ -z "$(ls -A $running)" ]
    nothing_is_left
}

@test "a sandbox that is there already is left as it is" {
    bundle "$(script 'exit 3')"
    mkdir -p /var/lib/davit/sandbox/web
    echo kept > /var/lib/davit/sandbox/web/file
    run -125 shim run --rm --name web b/
    says 'file exists (EEXIST)'
    [ ! -e $records/web ]
    [ "$(cat /var/lib/davit/sandbox/web/file)" = kept ]
    rm -r /var/lib/davit/sandbox/web
}

@test "two that only look never keep recover from its work" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name web b/
    kill_both web
    until_is web broken
    flock --shared --nonblock $records/web sh -c 'touch held; while [ ! -e go ]; do sleep 0.02; done' 3>&- &
    until [ -e held ]; do sleep 0.02; done
    shim recover > recovered 3>&- &
    until [ "$(cut -d ' ' -f 3 /proc/$!/stat)" = S ]; do sleep 0.01; done
    touch go
    wait $!
    [ "$(cat recovered)" = "web: adopted" ]
}

@test "recover: what runs without a record is ended where it is ours and its guards are dead" {
    bundle '.process.args = ["sleep", "100"]'
    shim launch --name lost b/
    shim launch --name guarded b/
    shim --data other launch --name theirs b/
    theirs() { shim --data other status --json theirs | jq -r ".$1"; }
    kill_both lost
    both=("$(theirs keeper_pid)" "$(theirs shim_pid)")
    kill -STOP "${both[@]}"; kill -KILL "${both[@]}"
    until_is lost broken
    until [ "$(theirs status)" = broken ]; do sleep 0.02; done
    cp -r $running/lost $running/.new.left
    cp -r $running/theirs $running/.new.theirs
    rm -r $records/lost $records/guarded other/containers/theirs
    mkdir other/containers/theirs # which is another now
    shim recover
    [ "$(ls -A $running)" = $'.new.theirs\nguarded\ntheirs' ]
    run -1 runtime state lost
    [ "$(status_of guarded)" = running ]
    [ "$(status_of theirs)" = running ]
    shim --data other recover
    [ "$(ls -A $running)" = guarded ]
    runtime kill guarded KILL
    no_shim_is_left
    [ "$(ls /var/lib/davit/sandbox)" = guarded ]
    shim recover
    [ -z "$(ls /var/lib/davit/sandbox)" ]
    nothing_is_left
}
