load helpers
load fetcher_helpers

# ./t becomes ./srv/t.tar in every way that there is.
pack() {
    mkdir -p t/d
    echo 1 > t/d/x; echo 2 > t/y; chmod 750 t/y t/d
    ln -s d/x t/link
    ln t/y t/same
    tar -C t --sort=name -cf srv/t.tar .
}
unpacked() { # ARCHIVE [MORE...]
    holds "$@" d d/x y link same
    [ "$(facts d)$(facts d/x)$(facts y)" = \
        'directory 750 1000:1001regular file 644 1000:1001regular file 750 1000:1001' ]
    [ "$(readlink sb/link)" = d/x ]
    [ sb/y -ef sb/same ]
    [ "$(cat sb/d/x sb/y)" = $'1\n2' ]
    cmp "srv/$1" "sb/$1"
}

@test "extract: tar in gzip, zstd, xz, bzip2 and as it is, told by content; the archive stays" {
    pack
    gzip -k srv/t.tar; zstd -q srv/t.tar; xz -k srv/t.tar; bzip2 -k srv/t.tar
    mv srv/t.tar.gz srv/t.data
    for each in t.tar t.data t.tar.zst t.tar.xz t.tar.bz2; do
        fetcher -q -d sb --extract "$PWD/srv/$each"
        unpacked $each
        find sb -mindepth 1 -delete
    done
}

@test "extract: zip" {
    pack
    (cd t && python3 -m zipfile -c ../srv/t.zip d y)
    fetcher -q -d sb --extract "$PWD/srv/t.zip"
    holds t.zip d d/x y
    [ "$(cat sb/d/x sb/y)" = $'1\n2' ]
    [ "$(facts y)" = 'regular file 750 1000:1001' ]
    find sb -mindepth 1 -delete
    zip_of() { # NAME-OR-NAME->TARGET...
        python3 -c '
import sys, zipfile
with zipfile.ZipFile("srv/t.zip", "w") as zip:
    for word in sys.argv[1:]:
        name, link, target = word.partition("->")
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = 3, (0o120777 if link else 0o104755) << 16
        zip.writestr(info, target or "x")' "$@"
    }
    zip_of 'dü/ü'
    fetcher -q -d sb --extract "$PWD/srv/t.zip"
    holds t.zip dü dü/ü
    [ "$(facts dü/ü)" = 'regular file 755 1000:1001' ]
    [ "$(stat -c %Y sb/dü)" -gt 1000000000 ]
    find sb -mindepth 1 -delete
    mkdir outside
    zip_of "l->$PWD/outside" l/x
    fetcher -q -d sb --extract "$PWD/srv/t.zip"
    zip_of ../outside/x
    run -1 fetcher -q -d sb --extract "$PWD/srv/t.zip"
    says 'has a component ".."'
    [ -z "$(ls outside)" ]
}

@test "extract: what is no archive is refused, and with =auto and in JSON a file" {
    pack
    gzip -k srv/hello
    head -c 300000 srv/t.tar | head -c 700 > srv/cut
    for each in hello hello.gz; do
        run -1 fetcher -q -d sb --extract "$PWD/srv/$each"
        says "fetcher: unpack: $each: unpack archive: it is no archive: neither tar"
        is_empty
        fetcher -d sb --extract=auto "$PWD/srv/$each"
        fetcher -d sb --json - <<< "{\"uris\": [{\"value\": \"$PWD/srv/$each\"}]}"
        holds $each
        rm sb/*
    done
    fetcher -d sb --extract=auto "$PWD/srv/t.tar"
    unpacked t.tar
    run -2 fetcher -d sb --extract=perhaps "$PWD/srv/t.tar"
    says 'option --extract: "perhaps" is none of true, false, auto'
}

@test "extract: in JSON unless it says no, and nothing that is executable, as in Mesos" {
    pack
    fetcher -q -d sb --json - <<< "{\"uris\": [{\"value\": \"$PWD/srv/t.tar\", \"output_file\": \"a/t.tar\"}]}"
    unpacked t.tar a a/t.tar || true
    [ "$(cat sb/d/x)" = 1 ]
    find sb -mindepth 1 -delete
    fetcher -q -d sb --json - <<< "{\"uris\": [{\"value\": \"$PWD/srv/t.tar\", \"extract\": false}]}"
    holds t.tar
    fetcher -q -d sb --json - <<< "{\"uris\": [{\"value\": \"$PWD/srv/t.tar\", \"executable\": true}]}"
    holds t.tar
    [ "$(facts t.tar)" = 'regular file 755 1000:1001' ]
}

@test "extract: folders become one with those that are there, all else is replaced, and again" {
    pack
    mkdir -p sb/d; echo mine > sb/d/mine; echo old > sb/d/x; mkdir sb/other; ln -s other sb/y
    chmod 700 sb/d
    for i in 1 2; do
        fetcher -q -d sb --extract "$PWD/srv/t.tar"
        holds t.tar d d/x d/mine other y link same
        [ "$(cat sb/d/mine sb/d/x sb/y)" = $'mine\n1\n2' ]
        [ "$(facts d)" = 'directory 700 0:0' ]
    done
}

@test "extract: none of it is seen where one fails, and what was replaced comes back" {
    pack
    mkdir sb/d sb/same; echo old > sb/d/x; echo old > sb/y
    cp -a sb before
    run -1 fetcher -q -d sb -o new/hello "$PWD/srv/hello" --extract "$PWD/srv/t.tar"
    says 'put "same" in its place: a folder is there'
    diff -r --no-dereference before sb
    truncate -s 1500 srv/t.tar
    run -1 fetcher -q -d sb "$PWD/srv/hello" --extract "$PWD/srv/t.tar"
    says 'fetcher: unpack: t.tar: unpack archive: entry'
    diff -r --no-dereference before sb
}

@test "extract: set-ID bits, devices, FIFOs and owners are left out" {
    hostile_tar srv/t.tar 'su=x@6755+7' 'd/@7777+7' 'd/null%c' 'loop%b' 'p%p' 'f=y+4000000000'
    run -0 fetcher -d sb --extract "$PWD/srv/t.tar"
    says 'fetcher: t.tar: devices and FIFOs were left out: 3'
    holds t.tar su d f
    [ "$(facts su)$(facts d)" = 'regular file 755 1000:1001directory 777 1000:1001' ]
    [ "$(facts f)" = 'regular file 755 1000:1001' ]
}

@test "extract: nothing gets out of the sandbox" {
    mkdir outside
    echo safe > outside/file
    out=$PWD/outside
    before=$(find outside /etc -printf '%p %T@ %C@ %s\n' | sort | sha256sum)
    refuse() { # TEXT ENTRY...
        hostile_tar srv/t.tar "${@:2}"
        run -1 fetcher -q -d sb --extract "$PWD/srv/t.tar"
        says "$1"
        is_empty
    }
    inside() { # ENTRY...
        hostile_tar srv/t.tar "$@"
        fetcher -q -d sb --extract "$PWD/srv/t.tar"
        find sb -mindepth 1 -delete
    }
    refuse 'has a component ".."' '../../x=evil'
    refuse 'has a component ".."' '../outside/file=evil'
    refuse 'has a component ".."' 'a/../../outside/file=evil'
    refuse 'has a component ".."' "h=>../outside/file"
    refuse 'which is not in the archive' "h=>$out/file"
    refuse 'which is not in the archive' "l->$out" 'h=>l/file'
    refuse 'it is the root, and no folder' '.->/etc'
    inside "$out/file=evil" /etc/passwd=evil
    inside "l->$out" l/file=evil l/new=evil
    inside 'l->..' 'm->l/..' m/outside/file=evil
    inside "f->$out/file" f=evil
    inside "f->$out/file" 'f=evil@777+7' "f->$out/file@777+7"
    inside "d/" "d->$out" d/file=evil
    inside "d->$out" "d/@777+7"
    [ "$before" = "$(find outside /etc -printf '%p %T@ %C@ %s\n' | sort | sha256sum)" ]
}

@test "extract: what lies in the sandbox leads nowhere" {
    pack
    mkdir outside
    echo safe > outside/x
    plant() {
        find sb -mindepth 1 -delete
        ln -s "$PWD/outside" sb/d
        ln -s "$PWD/outside/x" sb/y
        ln -s "$PWD/outside/x" sb/t.tar
        ln -s "$PWD/outside" sb/.davit-fetch.1
        ln -s ../outside sb/up
    }
    plant
    fetcher -q -d sb --extract "$PWD/srv/t.tar"
    [ ! -L sb/d ] && [ ! -L sb/y ] && [ ! -L sb/t.tar ]
    [ "$(cat sb/d/x sb/y)" = $'1\n2' ]
    for name in d/x up/x up/new d/new/x; do
        plant
        run -1 fetcher -q -d sb -o $name "$PWD/srv/hello"
        says "fetcher: place: $name: open the folder \"${name%%/*}\": not a directory (ENOTDIR)"
    done
    [ "$(ls outside)$(cat outside/x)" = xsafe ]
    rm sb/.davit-fetch.1
}

@test "extract: what a stranger calls as we do is not ours to remove" {
    mkdir sb/.davit-fetch.mine sb/.davit-fetch.theirs
    touch sb/.davit-fetch.mine/x sb/.davit-fetch.theirs/x
    chown 1000 sb/.davit-fetch.theirs
    chmod 700 sb/.davit-fetch.*
    fetcher -q -d sb "$PWD/srv/hello"
    holds hello .davit-fetch.theirs .davit-fetch.theirs/x
    rm -r sb/.davit-fetch.theirs
}

@test "extract: by root alone, for the sake of those who parse" {
    pack
    rmdir sb
    sb=$(mktemp -d) # where anybody may go
    ln -s "$sb" sb
    cp srv/t.tar "$sb"
    chown 65534 "$sb"
    nobody() { setpriv --reuid=65534 --clear-groups "$(type -P fetcher)" -q -d "$sb" "$@"; }
    nobody -o mine "$sb/t.tar"
    run -1 nobody --extract -o new "$sb/t.tar"
    says 'hint: what is to be extracted is parsed by a process that only root can confine'
    run -1 nobody --user 0 -o new "$sb/t.tar"
    says 'give file: give it to 0:'
    [ "$(ls "$sb")" = $'mine\nt.tar' ]
    rm -r "$sb"
}

@test "extract: a bomb is refused, in whatever it comes" {
    truncate -s 3G zeros
    tar -cf - zeros | gzip -1 > srv/t.gz
    run -1 fetcher -q -d sb --extract "$PWD/srv/t.gz"
    says 'it becomes more than'
    is_empty
    python3 -c 'import zipfile; zipfile.ZipFile("srv/t.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1).write("zeros")'
    run -1 fetcher -q -d sb --extract "$PWD/srv/t.zip"
    says 'it becomes more than'
    head -c 3000000 /dev/zero > t
    tar -czf srv/small.gz t
    run -1 fetcher -q -d sb --max-size 1m --extract "$PWD/srv/small.gz"
    says 'it becomes more than 1048576 bytes'
    is_empty
    fetcher -q -d sb --max-size 4m --extract "$PWD/srv/small.gz"
    cmp t sb/t
}
