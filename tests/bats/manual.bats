# What is made of the option tables beside --help: manual pages and bash's completion.
load helpers

programs=(runtime shim image fetcher)

@test "every program prints a manual page that mandoc finds no fault with" {
    for program in "${programs[@]}"; do
        "$program" --help=man > page
        # It has no date, so that the same source gives the same page on any day.
        run -2 mandoc -T lint -W warning page
        [[ $output == *'missing date, using ""'* && ${#lines[@]} -eq 1 ]]
    done
}

@test "the page of a program has every option that --help tells, of every verb" {
    for program in "${programs[@]}"; do
        "$program" --help=man | mandoc -T ascii | sed 's/.\x08//g' > page
        "$program" --help > told
        for verb in $(sed -n '/^verbs:/,/^$/s/^  \([a-z]*\) .*/\1/p' told); do
            "$program" help "$verb" >> told
        done
        grep -oE '^ +(-., )?--[a-z0-9-]+' told | grep -oE -- '--.*' | sort -u > options
        [ -s options ]
        while read -r option; do grep -q -- "$option\b" page; done < options
    done
}

# What bash would offer for the words, the last of which is being typed.
offers() { # WORD...
    local COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    "_davit_$1" "$1"
    printf '%s\n' "${COMPREPLY[@]}"
}

@test "bash completes verbs, options, ids and signals" {
    for program in "${programs[@]}"; do
        eval "$("$program" --help=bash)"
        [[ $(complete -p "$program") == *_davit_$program* ]]
    done
    [ "$(offers runtime pau)" = pause ]
    [ "$(offers runtime --root create st | xargs)" = "start state" ]
    [ "$(offers runtime kill --a)" = --all ]
    [ "$(offers shim run --uri)" = --uri ]
    [ "$(offers fetcher --exec)" = --executable ]

    bundle '.process.args = ["sleep", "100"]'
    runtime create -b b web 3>&-
    [ "$(offers runtime kill w)" = web ]
    [ "$(offers runtime kill web SIGTER)" = SIGTERM ]
    [ -z "$(offers runtime create -b w)" ]
    [ -z "$(offers runtime create --bundle = w)" ]
    runtime delete --force web
}

@test "a form of help that there is none of is wrong usage" {
    run -2 runtime --help=pdf
    [ "${lines[0]}" = 'runtime: option --help: "pdf" is none of true, man, bash' ]
}

@test "make install puts pages and completions where man and bash look for them" {
    command -v g++ || skip "what is installed is built elsewhere"
    checkout=$(realpath "$BATS_TEST_DIRNAME/../..")
    run -0 make -s -C "$checkout" install DESTDIR="$PWD/there" PREFIX=/usr MAKEFLAGS=
    [ -s there/usr/share/man/man1/runtime.1 ]
    [ -s there/usr/share/bash-completion/completions/shim ]
}
