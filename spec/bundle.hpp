// The config.json of a container that is made from an image (image-spec 1.1, conversion.md), with
// Docker's defaults.
//
// Decided here: an image's Volumes stay part of the root, as with podman's --image-volume=ignore;
// no seccomp filter is written, none of ours has a profile yet; its Healthcheck, OnBuild and Shell
// say nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/container_options.hpp"
#include "spec/image_config.hpp"
#include "spec/result.hpp"
#include "spec/users.hpp"

namespace spec {

// Where a container finds its sandbox; DAVIT_SANDBOX and MESOS_SANDBOX tell it so.
inline constexpr std::string_view kSandboxPlace = "/mnt/sandbox";

// What neither the image nor the options say.
struct BundleFacts {
    std::string rootfs = "rootfs";
    FoundUser user = {};                           // find_user(user_of(image, options), ...)
    std::vector<std::string> words = {};           // of the command line, after the image
    std::vector<EnvironmentWord> file_words = {};  // of all --env-file, in order
    Environment caller = {};                       // the caller's own, for `-e NAME`
    std::string name = {};                         // of the container: its host name by default
    bool terminal = false;
    bool has_resolv_conf = false;  // the host has /etc/resolv.conf: with its network it is bound
    bool has_hosts = false;        // the same of /etc/hosts
};

// USER[:GROUP] for find_user().
const std::string& user_of(const ImageConfig& image, const ContainerOptions& options);

// Labels become annotations but for those that runtimes and engines act upon (run.oci.*,
// org.systemd.property.* and so on): an image must not drive its runtime (CVE-2026-53488).
Result<std::string> write_bundle_config(const ImageConfig& image, const ContainerOptions& options,
                                        const BundleFacts& facts);

}  // namespace spec
