// What can be asked of a container that is made from an image: one table of options for all
// programs that take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/environment.hpp"
#include "spec/options.hpp"
#include "spec/size.hpp"

namespace spec {

// What is wrong with a place in a container where something is to be mounted, as the end of a
// sentence; empty: nothing. It is absolute, holds no "..", and is neither "/" nor in /proc
// (CVE-2022-23648, CVE-2015-3631).
std::string_view wrong_place(std::string_view path);

struct AbsolutePath {
    std::string path = {};
};

inline constexpr std::size_t kHostNameMost = 64;  // of sethostname(2), in bytes

struct HostName {
    std::string name = {};
};

struct Volume {
    std::string source = {};  // on the host, absolute
    std::string place = {};   // in the container
    bool read_only = false;
};

enum class NetworkMode : std::uint8_t { Host, None };
template <>
inline constexpr auto kWords<NetworkMode> = words("host", "none");

inline constexpr std::uint64_t kCpuPeriod = 100'000;  // in microseconds

struct Cpus {
    std::uint64_t quota = 0;  // in microseconds of every kCpuPeriod; 0: no limit
};

struct PidsLimit {
    std::uint32_t most = 0;  // 0: no limit
};

Result<> read_word(std::string_view word, AbsolutePath& into);
Result<> read_word(std::string_view word, HostName& into);
Result<> read_word(std::string_view word, Volume& into);     // HOST:PLACE[:ro|:rw]
Result<> read_word(std::string_view word, Cpus& into);       // 1.5; 0: no limit
Result<> read_word(std::string_view word, PidsLimit& into);  // 0 and -1: no limit

// Empty, or 0: the image decides, or there is no limit.
struct ContainerOptions {
    std::vector<EnvironmentWord> env = {};
    std::vector<std::string> env_files = {};
    std::vector<Volume> volumes = {};
    AbsolutePath workdir = {};
    std::string user = {};
    std::optional<std::string> entrypoint = {};  // of one word; empty: none, and none of the image
    NetworkMode network = NetworkMode::Host;
    Size memory = {};
    Cpus cpus = {};
    PidsLimit pids = {};
    bool read_only = false;
    HostName hostname = {};
    AbsolutePath sandbox = {};  // a folder of the host, at /mnt/sandbox in it
};

// The rows of ContainerOptions, but for the sandbox, which only `image bundle` is told: the shim
// gives each of its containers one. `Into` derives from ContainerOptions.
template <class Into>
constexpr auto container_options()
{
    using Its = ContainerOptions;
    constexpr Option rows[] = {
        option_of<Into, &Its::env>("env", 'e', "NAME[=VALUE]",
                                   "a variable; without VALUE as it is here"),
        option_of<Into, &Its::env_files>("env-file", 0, "FILE", "variables, one in a line"),
        option_of<Into, &Its::volumes>("volume", 'v', "HOST:PLACE[:ro]",
                                       "a file or folder of the host, there"),
        option_of<Into, &Its::workdir>("workdir", 'w', "DIR", "where the command starts"),
        option_of<Into, &Its::user>("user", 'u', "USER[:GROUP]", "who runs it, names or numbers"),
        option_of<Into, &Its::entrypoint>("entrypoint", 0, "WORD",
                                          "in place of the image's Entrypoint and Cmd"),
        option_of<Into, &Its::network>("network", 0, "MODE", "host (the default) or none"),
        option_of<Into, &Its::memory>("memory", 'm', "SIZE", "the most, such as 32m, 1.5g"),
        option_of<Into, &Its::cpus>("cpus", 0, "NUMBER", "the most, such as 1.5"),
        option_of<Into, &Its::pids>("pids-limit", 0, "NUMBER", "the most processes and threads"),
        option_of<Into, &Its::read_only>("read-only", 0, "", "its root cannot be written"),
        option_of<Into, &Its::hostname>("hostname", 0, "NAME", "what it calls its machine"),
    };
    return joined(rows);
}

}  // namespace spec
