load helpers

teardown() {
    runtime delete --force web
    runtime delete --force db
    nothing_is_left
}

@test "list tells of all containers, as a table, as JSON and as ids" {
    run -0 runtime list
    [ "$output" = "ID  PID  STATUS  BUNDLE  CREATED  OWNER" ]
    [ "$(runtime list -f json)" = "[]" ]
    bundle '.process.args = ["sleep", "60"]' '.annotations = {"a.b": "c"}'
    runtime create -b b web 3>&-
    runtime run -d -b b db 3>&-
    [ "$(runtime list -q)" = $'db\nweb' ]
    run -0 runtime list --format=table
    [[ ${lines[1]} =~ ^db\ +[0-9]+\ +running\ +$PWD/b\ +20[0-9T:.-]+Z\ +root$ ]]
    [[ ${lines[2]} =~ ^web\ +[0-9]+\ +created ]]
    runtime list --format json > list
    [ "$(jq -r '.[0] | .ociVersion, .id, .status, .bundle, .owner, .annotations["a.b"]' list)" = \
        $'1.3.0\ndb\nrunning\n'"$PWD/b"$'\nroot\nc' ]
    [ "$(jq '.[1]' list)" = "$(runtime state web | jq .)" ]
    runtime kill db KILL
    until_status db stopped
    [ "$(runtime state db | jq .pid)" = 0 ]
    run -2 runtime list -f xml
    says 'option --format: "xml" is none of table, json'
}
