load helpers

teardown() {
    if findmnt src > /dev/null; then umount -R src; fi
    nothing_is_left
}

mountinfo='.process.args = ["cat", "/proc/self/mountinfo"]'
# Of the mount at PATH in $output (proc_pid_mountinfo(5)): its own flags, and its propagation.
flags() { # PATH
    local id parent device root path flags rest
    while read -r id parent device root path flags rest; do
        if [ "$path" = "$1" ]; then echo "$flags"; fi
    done <<<"$output"
}
propagation() { # PATH
    sed -nE "s|^([^ ]+ ){4}$1 [^ ]+ (.*)- .*|\\2|p" <<<"$output" | sed 's/:[0-9]*//g' | xargs
}
binds() { # SOURCE OPTION...: the filter that binds SOURCE to /m/OPTION with each
    local source=$1; shift
    jq -rn --arg source "$source" '".mounts += \([$ARGS.positional[] |
        {destination: ("/m/" + .), source: $source, options: ["rbind", .]}])"' --args "$@"
}

@test "mount options: what is set is set, on this mount alone" {
    mkdir src && mount -t tmpfs src src && mkdir src/sub && mount -t tmpfs sub src/sub
    set -- ro nosuid nodev noexec noatime nodiratime nosymfollow relatime
    bundle "$mountinfo" "$(binds "$PWD/src" "$@" strictatime)"
    run -0 runtime run b/
    for option; do
        [[ ",$(flags "/m/$option")," == *",$option,"* ]]
        [ "$(flags "/m/$option/sub")" = rw,relatime ]
    done
    [ "$(flags /m/strictatime)" = rw ]
}

@test "mount options: what is cleared is cleared" {
    mkdir src && mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime,nodiratime src src
    bundle "$mountinfo" "$(binds "$PWD/src" rw suid dev exec atime diratime bind)"
    run -0 runtime run b/
    [ "$(flags /m/bind)" = ro,nosuid,nodev,noexec,noatime,nodiratime ]
    [ "$(flags /m/rw)" = rw,nosuid,nodev,noexec,noatime,nodiratime ]
    [ "$(flags /m/suid)" = ro,nodev,noexec,noatime,nodiratime ]
    [ "$(flags /m/dev)" = ro,nosuid,noexec,noatime,nodiratime ]
    [ "$(flags /m/exec)" = ro,nosuid,nodev,noatime,nodiratime ]
    [ "$(flags /m/atime)" = ro,nosuid,nodev,noexec,nodiratime,relatime ]
    [ "$(flags /m/diratime)" = ro,nosuid,nodev,noexec,noatime ]
}

@test "mount options: those with r reach all that is below" {
    mkdir src && mount -t tmpfs src src && mkdir src/sub && mount -t tmpfs -o nosuid sub src/sub
    bundle "$mountinfo" "$(binds "$PWD/src" rro rnosuid rnodev rnoexec rnoatime rnodiratime rnosymfollow rstrictatime rsuid)"
    run -0 runtime run b/
    for option in ro nosuid nodev noexec noatime nodiratime nosymfollow; do
        for path in "/m/r$option" "/m/r$option/sub"; do
            [[ ",$(flags "$path")," == *",$option,"* ]]
        done
    done
    [ "$(flags /m/rstrictatime/sub)" = rw,nosuid ]
    [ "$(flags /m/rsuid/sub)" = rw,relatime ]
}

@test "mount options: what those with r clear is cleared below, too" {
    mkdir src && mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime,nodiratime src src
    mount -o remount,rw src && mkdir src/sub && mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime,nodiratime sub src/sub
    bundle "$mountinfo" "$(binds "$PWD/src" rrw rsuid rdev rexec ratime rdiratime rrelatime)"
    run -0 runtime run b/
    [ "$(flags /m/rrw/sub)" = rw,nosuid,nodev,noexec,noatime,nodiratime ]
    [ "$(flags /m/rsuid/sub)" = ro,nodev,noexec,noatime,nodiratime ]
    [ "$(flags /m/rdev/sub)" = ro,nosuid,noexec,noatime,nodiratime ]
    [ "$(flags /m/rexec/sub)" = ro,nosuid,nodev,noatime,nodiratime ]
    [ "$(flags /m/ratime/sub)" = ro,nosuid,nodev,noexec,nodiratime,relatime ]
    [ "$(flags /m/rdiratime/sub)" = ro,nosuid,nodev,noexec,noatime ]
    [ "$(flags /m/rrelatime/sub)" = ro,nosuid,nodev,noexec,nodiratime,relatime ]
}

@test "mount options: a file system's own, and a mount changed by remount" {
    bundle "$mountinfo" '.mounts += [
        {destination: "/t", type: "tmpfs", source: "mine", options: ["size=1m", "mode=700", "nosuid", "rro"]},
        {destination: "/u", type: "tmpfs", options: ["sync", "dirsync", "noexec"]},
        {destination: "/u", options: ["remount", "bind", "ro", "exec"]}]'
    run -0 runtime run b/
    [ "$(flags /t)" = ro,nosuid,relatime ]
    says " - tmpfs mine rw,size=1024k,mode=700"
    [ "$(flags /u)" = ro,relatime ]
    says " - tmpfs tmpfs rw,sync,dirsync"
}

@test "a tmpfs that says no mode has that of the folder it hides, and 1777 where there is none" {
    bundle "$(script 'stat -c "%n %a" /old /data /said /new /deep /deep/new')" '.root.readonly = false' '.mounts += [
        {destination: "/old", type: "tmpfs"}, {destination: "/data", type: "tmpfs", options: ["size=1m"]},
        {destination: "/said", type: "tmpfs", options: ["size=1m", "mode=711"]},
        {destination: "/new", type: "tmpfs"}, {destination: "/deep/new", type: "tmpfs", options: ["nosuid"]}]'
    mkdir -m 700 b/rootfs/old b/rootfs/said && mkdir b/rootfs/data && chmod 2750 b/rootfs/data
    for time in first second; do # the folders that the first made are there by then
        run -0 runtime run b/
        [ "$output" = $'/old 700\n/data 2750\n/said 711\n/new 1777\n/deep 755\n/deep/new 1777' ]
    done
}

@test "a root that shares its mounts: what the container unmounts as it begins stays the host's" {
    bundle '.process.args = ["true"]' '.linux.rootfsPropagation = "rshared"'
    run -0 unshare -m --propagation shared sh -c 'findmnt -rno TARGET > before; runtime run b/; findmnt -rno TARGET > after'
    diff before after
}

@test "mount options: propagation" {
    mkdir src && mount -t tmpfs src src && mount --make-shared src && mkdir src/sub && mount -t tmpfs sub src/sub
    bundle "$mountinfo" "$(binds "$PWD/src" private slave shared unbindable rprivate rslave rshared runbindable rbind)"
    run -0 runtime run b/
    [ "$(propagation /m/private)" = "" ] && [ "$(propagation /m/private/sub)" = master ]
    [ "$(propagation /m/rprivate)" = "" ] && [ "$(propagation /m/rprivate/sub)" = "" ]
    [ "$(propagation /m/shared)" = "shared master" ] && [ "$(propagation /m/shared/sub)" = master ]
    [ "$(propagation /m/rshared)" = "shared master" ] && [ "$(propagation /m/rshared/sub)" = "shared master" ]
    [ "$(propagation /m/unbindable)" = unbindable ] && [ "$(propagation /m/unbindable/sub)" = master ]
    [ "$(propagation /m/runbindable)" = unbindable ] && [ "$(propagation /m/runbindable/sub)" = unbindable ]
    for option in slave rslave rbind; do
        [ "$(propagation /m/$option)" = master ] && [ "$(propagation /m/$option/sub)" = master ]
    done
}

@test "rootfsPropagation" {
    bundle
    mkdir src && mount --bind b/rootfs src && mount --make-shared src
    # A slave of the host's in any case; of "shared" its own mounts have their share.
    for pair in private: rprivate: slave:master rslave:master "shared:shared master" "rshared:shared master" unbindable:unbindable runbindable:unbindable; do
        bundle "$mountinfo" ".root.path = \"$PWD/src\"" ".linux.rootfsPropagation = \"${pair%:*}\""
        run -0 runtime run b/
        [ "$(propagation /)" = "${pair#*:}" ]
    done
}

@test "a mount that the container makes does not reach the host; one of the host reaches a slave" {
    mkdir src && mount -t tmpfs src src && mount --make-shared src
    bundle "$(script 'mkdir /v/in && mount -t tmpfs in /v/in; echo ready; until [ -e /v/out/file ]; do sleep 0.05; done; echo seen')" \
        "$(jq -rn '".process.capabilities[] |= . + [\"CAP_SYS_ADMIN\"]"')" \
        '.mounts += [{destination: "/v", source: "../src", options: ["rbind", "rslave"]}]'
    timeout 20 runtime run b/ > out 2>&1 3>&- &
    until grep -q ready out; do kill -0 $!; sleep 0.05; done
    [ "$(findmnt -rno TARGET -R src | wc -l)" = 1 ]
    mkdir src/out && mount -t tmpfs out src/out && touch src/out/file
    wait $!
    [ "$(cat out)" = $'ready\nseen' ]
}

@test "masked and read-only paths: files, folders, links, and what is not there" {
    bundle "$(script 'cat /etc/secret; ls -A /private /other; echo x > /etc/secret; touch /private/x
                      touch /fixed/x; echo x > /etc/fixed; touch /etc/free /fixed-not && echo free; ls /tmp')" \
        '.root.readonly = false' '.linux.maskedPaths = ["/etc/secret", "/private", "/nowhere/at/all", "/link", "/etc/passwd/x"]' \
        '.linux.readonlyPaths = ["/fixed", "/etc/fixed", "/nowhere", "/outside"]'
    mkdir b/rootfs/{private,other,fixed} && touch b/rootfs/{private,other,fixed}/file
    echo secret > b/rootfs/etc/secret && touch b/rootfs/etc/fixed
    ln -s ../../../../other b/rootfs/link && ln -s /tmp b/rootfs/outside # of the container
    run -0 runtime run b/
    [ "$output" = "/other:

/private:
touch: /private/x: Read-only file system
touch: /fixed/x: Read-only file system
sh: can't create /etc/fixed: Read-only file system
free" ]
    [ "$(cat b/rootfs/etc/secret)" = secret ]
}

@test "tmpcopyup: a tmpfs begins with what it hides, and the rootfs stays as it was" {
    bundle "$(script 'cd /data; find . | sort; cat file deep/er/x; readlink link; readlink abs; stat -c "%a %u:%g %Y" . file set deep
                      test -p fifo && test -S socket && ls -ln node; touch new; stat -c %s sparse; du -k sparse | cut -f1
                      grep " /data " /proc/self/mountinfo')" \
        '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "nosuid", "size=1m"]}]'
    mkdir -p b/rootfs/data/deep/er && cd b/rootfs/data
    echo text > file && echo x > deep/er/x && ln -s /etc/passwd abs && ln -s ../../../../etc/shadow link
    mkfifo fifo && mknod node c 1 3 && touch set && truncate -s 500G sparse
    python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    chown 5:6 file deep && chmod 4711 set && chmod 1777 . && chmod 2755 deep && touch -d @1000000 file set && touch -d @2000000 deep .
    cd ../../..
    run -0 runtime run b/
    echo "$output"
    [ "$(head -n 23 <<<"$output")" = ".
./abs
./deep
./deep/er
./deep/er/x
./fifo
./file
./link
./node
./set
./socket
./sparse
text
x
../../../../etc/shadow
/etc/passwd
1777 0:0 2000000
644 5:6 1000000
4711 0:0 1000000
2755 5:6 2000000
crw-r--r--    1 0        0           1,   3 $(date -r b/rootfs/data/node '+%b %e %H:%M' -u) node
536870912000
0" ]
    says " - tmpfs "
    [ ! -e b/rootfs/data/new ]
}

@test "tmpcopyup: read-only, with options of its own, and of a folder that is not there" {
    bundle "$(script 'stat -c %a:%u /data; cat /data/file; touch /data/new; ls -A /none | wc -l; stat -c %a /none')" \
        '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "ro", "mode=1777", "uid=8"]},
                     {destination: "/none", type: "tmpfs", options: ["tmpcopyup"]}]'
    mkdir -p b/rootfs/data && echo text > b/rootfs/data/file
    run -0 runtime run b/
    [ "${lines[0]}:${lines[1]}" = 1777:8:text ]
    says "touch: /data/new: Read-only file system"
    [ "${lines[3]}:${lines[4]}" = 0:755 ]
}

@test "tmpcopyup: a copy that does not fit, or has no bottom, is an error and nothing is left" {
    bundle '.process.args = ["true"]' '.mounts += [{destination: "/data", type: "tmpfs", options: ["tmpcopyup", "size=64k"]}]'
    mkdir -p b/rootfs/data/sub && head -c 1000000 /dev/zero > b/rootfs/data/sub/large
    run -125 runtime run b/
    says "init: mount: /mounts/7 (/data): copy rootfs:/data: sub: large: copy its data: no space left on device (ENOSPC)"
    rm b/rootfs/data/sub/large
    (cd b/rootfs/data; for i in {1..200}; do mkdir d; cd d; done)
    bundle '.mounts[7].options = ["tmpcopyup"]'
    run -125 runtime run b/
    says ": more than 128 folders in each other"
    (cd b/rootfs && rm -rf data && ln -s /tmp data && touch tmp/mark)
    bundle "$(script 'ls /data/ /tmp')" # a link is followed inside
    run -0 runtime run b/
    [ "$(grep -c mark <<<"$output")" = 2 ]
}

# CVE-2019-18837, CVE-2021-30465, CVE-2024-45310: what leads out of the rootfs leads to the same path inside.
@test "a destination through links of the image stays inside" {
    mkdir host volume && touch volume/file
    bundle "$(script 'cat /proc/self/mountinfo')" '.root.readonly = false' '.mounts += [
        {destination: "/up/to/here", source: "../volume", options: ["bind"]},
        {destination: "/abs/to/here", type: "tmpfs"},
        {destination: "/file", source: "../volume/file", options: ["bind"]},
        {destination: "../../../dots", type: "tmpfs"}]'
    ln -s "$PWD/host" b/rootfs/abs && ln -s ../../../../../../../..$PWD/host b/rootfs/up && ln -s /etc/passwd b/rootfs/file
    run -0 runtime run b/
    for path in "$PWD/host/to/here" /etc/passwd /dots; do [ -n "$(flags "$path")" ]; done
    [ -z "$(ls -A host)" ]
}

@test "a file is not mounted on a folder, nor a folder on a file" {
    mkdir volume && touch volume/file
    bundle '.mounts += [{destination: "/etc", source: "../volume/file", options: ["bind"]}]'
    run -125 runtime run b/
    says 'attach a mount on rootfs:/etc: is a directory (EISDIR)'
    bundle '.mounts[-1] |= (.destination = "/etc/passwd" | .source = "../volume")'
    run -125 runtime run b/
    says 'open rootfs:/etc/passwd as a folder: not a directory (ENOTDIR)'
}

@test "a link of the image that leads nowhere stands for where it leads" {
    mkdir volume && touch volume/file
    bundle "$(script 'cat /proc/self/mountinfo')" '.root.readonly = false' '.mounts += [
        {destination: "/etc/resolv.conf", source: "../volume/file", options: ["bind"]},
        {destination: "/var/run/./secrets/", source: "../volume", options: ["bind"]}]'
    mkdir b/rootfs/var && ln -s ../run b/rootfs/var/run
    ln -s ../run/systemd/resolv.conf b/rootfs/etc/resolv.conf
    run -0 runtime run b/
    for path in /run/systemd/resolv.conf /run/secrets; do [ -n "$(flags "$path")" ]; done
    [ -L b/rootfs/var/run ] && [ -L b/rootfs/etc/resolv.conf ]
}

@test "links that a bind does not follow: at its source, at its destination, and one that is copied" {
    mkdir volume && echo file > volume/file && ln -s /elsewhere volume/link && ln -s file volume/to-file
    for owner in root mapped; do
        rm -rf b
        bundle "$(script 'cd /; for link in kept image copied; do readlink $link; done; cat followed onto real copied-file; cat untouched')" '.root.readonly = false' '.mounts += [
            {destination: "/kept", source: "../volume/link", options: ["bind", "src-nofollow"]},
            {destination: "/followed", source: "../volume/to-file", options: ["bind", "ro"]},
            {destination: "/image", source: "../volume/link", options: ["bind", "src-nofollow", "dest-nofollow"]},
            {destination: "/onto", source: "../volume/file", options: ["bind", "dest-nofollow"]},
            {destination: "/real", source: "../volume/file", options: ["bind", "dest-nofollow"]},
            {destination: "/copied", source: "../volume/link", options: ["bind", "copy-symlink"]},
            {destination: "/copied-file", source: "../volume/file", options: ["bind", "copy-symlink"]}]'
        if [ $owner = mapped ]; then
            bundle '.linux.namespaces += [{type: "user"}]' '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
        fi
        ln -s untouched b/rootfs/image && ln -s untouched b/rootfs/onto && echo same > b/rootfs/untouched
        if [ $owner = mapped ]; then chown -hR 100000:100000 b/rootfs; fi
        for time in first second; do # the copied link is there by then
            run -0 runtime run b/; echo "$output"
            [ "$output" = $'/elsewhere\n/elsewhere\n/elsewhere\nfile\nfile\nfile\nfile\nsame' ]
        done
        [ "$(readlink b/rootfs/onto)" = untouched ]
    done
    bundle '.mounts[-1] = {destination: "/etc/passwd", source: "../volume/link", options: ["bind", "copy-symlink"]}'
    run -125 runtime run b/
    says "/mounts/13 (/etc/passwd): rootfs:/etc/passwd is there and is no symbolic link to /elsewhere"
}

# CVE-2025-31133, CVE-2025-52881: masks and parameters are the kernel's, whatever the image has in their place.
@test "an image's own /dev/null hides nothing, and mounts on /proc/sys take no parameter" {
    bundle "$(script 'cat /secret; echo x > /proc/sys/net/core/somaxconn; umount /proc/sys/net; true')" \
        '.mounts |= map(select(.destination | startswith("/dev") | not))' '.root.readonly = false' \
        '.linux.maskedPaths = ["/secret"]' '.linux.readonlyPaths = []' '.linux.devices = []'
    echo secret > b/rootfs/secret && mkdir -p b/rootfs/dev && ln -s ../etc/passwd b/rootfs/dev/null
    run -125 runtime run b/
    says "init: make devices: rootfs:/dev/null is there and is not the device c 1:3"
    rm b/rootfs/dev/null
    run -0 runtime run b/
    says secret && return 1
    bundle '.linux.sysctl = {"net.core.somaxconn": "77"}' "$(script 'cat /proc/sys/net/core/somaxconn /proc/1/mountinfo')" \
        '.mounts += [{destination: "/proc/sys/net/core", type: "tmpfs"}]'
    run ! runtime run b/
    bundle '.mounts |= map(select(.destination != "/proc/sys/net/core"))'
    run -0 runtime run b/
    [ "${lines[0]}" = 77 ]
}
