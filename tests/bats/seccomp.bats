load helpers

teardown() { nothing_is_left; }

profile() { # RULE...: the filter that allows all but these
    jq -rn '".linux.seccomp = {defaultAction: \"SCMP_ACT_ALLOW\", architectures: [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"],
                               syscalls: [\($ARGS.positional | join(", "))]}"' --args "$@"
}

@test "seccomp: a system call gives the errno of its rule, EPERM where it has none" {
    bundle "$(script 'mkdir /tmp/a; rmdir /tmp/b; link /bin/sh /tmp/c; grep Seccomp: /proc/self/status')" \
        "$(profile '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO"}' \
            '{names: ["rmdir", "unlinkat", "no_such_call"], action: "SCMP_ACT_ERRNO", errnoRet: 28}')"
    run -0 runtime run b/
    says "can't create directory '/tmp/a': Operation not permitted"
    says "'/tmp/b': No space left on device"
    says $'Seccomp:\t2'
}

@test "seccomp: a killing action ends the program with SIGSYS" {
    bundle '.process.args = ["mkdir", "/tmp/a"]' \
        "$(profile '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_KILL_PROCESS"}')"
    run -159 runtime run b/
    bundle "$(profile '{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_TRAP"}')"
    run -159 runtime run b/
}

@test "seccomp: arguments are compared" {
    bundle "$(script 'touch /tmp/f; chmod 700 /tmp/f && echo 700; chmod 755 /tmp/f && echo 755')" '.root.readonly = false' \
        "$(profile '{names: ["chmod"], action: "SCMP_ACT_ERRNO", args: [{index: 1, value: 448, op: "SCMP_CMP_EQ"}]}')"
    run -0 runtime run b/
    says "/tmp/f: Operation not permitted"
    [ "${lines[-1]}" = 755 ]
    [[ $output != *700* ]]
    bundle "$(profile '{names: ["chmod"], action: "SCMP_ACT_ERRNO", args: [{index: 1, value: 7, valueTwo: 5, op: "SCMP_CMP_MASKED_EQ"}]}')"
    run -1 runtime run b/
    [ "${lines[0]}" = 700 ]
    [[ $output != *755* ]]
}

@test "seccomp: without noNewPrivileges no capability is left over" {
    bundle "$(script 'grep -E "Seccomp:|CapEff|CapPrm|NoNew" /proc/self/status')" '.process.noNewPrivileges = false' \
        '.process.user.uid = 1000' "$(profile '{names: ["mkdir"], action: "SCMP_ACT_ERRNO"}')"
    run -0 runtime run b/
    [ "$output" = $'CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nNoNewPrivs:\t0\nSeccomp:\t2' ]
}

# A profile of before Linux 5.9 does not know it; it is ours, not the program's.
@test "seccomp: a profile need not allow what only the runtime calls" {
    bundle '.process.args = ["true"]' \
        "$(profile '{names: ["close_range", "openat2", "mount", "pivot_root", "setresuid", "capset", "sendmsg", "recvmsg"], action: "SCMP_ACT_KILL_PROCESS"}')"
    run -0 runtime run b/
}
