// What can be asked of a pull: one table of options for all programs that bring images.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "spec/duration.hpp"
#include "spec/options.hpp"
#include "spec/platform.hpp"
#include "spec/retry_rules.hpp"

namespace spec {

// When an image is brought that may be in the store.
enum class PullPolicy : std::uint8_t { Missing, Always, Never };
template <>
inline constexpr auto kWords<PullPolicy> = words("missing", "always", "never");

// Empty: the usual places, or this machine's platform.
struct PullOptions {
    std::optional<Platform> platform = {};
    std::string auth_file = {};
    std::string cert_folder = {};
    bool verify_tls = true;  // false also allows http
    std::uint32_t retries = RetryRules().times;
    Duration retry_delay = RetryRules().delay;
    Duration stall_timeout = {.ms = 60'000};  // then a connection without bytes is given up
    bool quiet = false;
};

// `Into` derives from PullOptions.
template <class Into>
constexpr auto pull_options()
{
    using Its = PullOptions;
    constexpr Option rows[] = {
        option_of<Into, &Its::platform>("platform", 0, "OS/ARCH[/VARIANT]",
                                        "of several that the image is made for (this machine's)"),
        option_of<Into, &Its::auth_file>("authfile", 0, "FILE",
                                         "credentials, as podman and Docker "
                                         "keep them (the usual places)"),
        option_of<Into, &Its::cert_folder>("cert-dir", 0, "DIR",
                                           "CA certificates, *.crt (the usual places)"),
        option_of<Into, &Its::verify_tls>("tls-verify", 0, "",
                                          "false: any certificate will do, and none (true)"),
        option_of<Into, &Its::retries>("retry", 0, "N",
                                       "how often a request is made again that has failed and "
                                       "brought nothing (3)"),
        option_of<Into, &Its::retry_delay>("retry-delay", 0, "TIME",
                                           "before it is made again; then twice as long each "
                                           "time (1s)"),
        option_of<Into, &Its::stall_timeout>("stall-timeout", 0, "TIME",
                                             "a connection that brings nothing for so long is "
                                             "given up (60s)"),
        option_of<Into, &Its::quiet>("quiet", 'q', "", "no progress on standard error"),
    };
    return joined(rows);
}

}  // namespace spec
