load helpers

@test "features tells what is carried out, and engines can read it" {
    run -0 --separate-stderr runtime features
    [ -z "$stderr" ]
    echo "$output" > f
    [ "$(jq -r '.ociVersionMin, .ociVersionMax' f)" = $'1.0.0\n1.3.0' ]
    jq -e '.mountOptions | index("rro") and index("rbind") and index("idmap") and index("ridmap")' f
    jq -e '.linux | .mountExtensions.idmap.enabled and .selinux.enabled and .netDevices.enabled' f
    jq -e '.linux.namespaces | index("time") and index("cgroup")' f
    jq -e '.linux.capabilities | index("CAP_SYS_ADMIN") and all(test("^CAP_[A-Z_]+$"))' f
    jq -e '.linux.seccomp | .enabled and (.archs | index("SCMP_ARCH_X86_64")) and (.actions | index("SCMP_ACT_NOTIFY"))' f
    jq -e '.linux.seccomp | (.supportedFlags - .knownFlags == []) and (.supportedFlags | index("SECCOMP_FILTER_FLAG_LOG"))' f
    jq -e '.linux.cgroup == {v1: true, v2: true, systemd: false, systemdUser: false, rdma: true}' f
}

@test "what is not carried out yet is refused by name" {
    for verb in checkpoint mounts restore; do
        run -1 runtime "$verb" --flag web
        [ "$output" = "runtime: $verb is not carried out yet" ]
    done
}
