// config.json of the OCI runtime-spec 1.3.0 for Linux, as plain structs; and its reader.
#pragma once

#include <span>

#include "spec/config_linux.hpp"
#include "spec/config_process.hpp"
#include "spec/json_map.hpp"
#include "spec/result.hpp"

namespace spec {

struct Root {
    std::string path = {};  // relative to the bundle, or absolute
    bool readonly = false;
};

// config.md, "Mounts"; to be mounted in the listed order.
struct Mount {
    std::string destination = {};  // may be relative (deprecated): then to "/"
    std::string type = {};
    std::string source = {};
    std::vector<std::string> options = {};
    std::vector<IdMapping> uid_mappings = {};  // both or none
    std::vector<IdMapping> gid_mappings = {};
};

struct Hook {
    std::string path = {};  // absolute
    std::vector<std::string> args = {};
    std::vector<std::string> env = {};
    std::optional<std::int64_t> timeout = {};  // seconds, above 0
};

struct Hooks {
    std::vector<Hook> prestart = {};
    std::vector<Hook> create_runtime = {};
    std::vector<Hook> create_container = {};
    std::vector<Hook> start_container = {};
    std::vector<Hook> poststart = {};
    std::vector<Hook> poststop = {};
};

struct Config {
    std::string oci_version = {};  // any SemVer (spec/semver.hpp)
    Root root = {};
    std::vector<Mount> mounts = {};
    std::optional<Process> process = {};  // `start` needs it, `create` does not
    std::string hostname = {};
    std::string domainname = {};
    Hooks hooks = {};
    Linux linux = {};
    Map<std::string> annotations = {};
};

// Reads the text of a config.json (json.hpp says how strictly). `name` stands in front of messages.
// `refused`: JSON pointers of what is not carried out, such as /hooks/prestart/* or
// /linux/intelRdt.
Result<Config> read_config(std::string_view text, std::string_view name,
                           std::span<const std::string_view> refused = {});

// The same of the `process` section alone, as engines have it for a process that joins a container.
Result<Process> read_process(std::string_view text, std::string_view name,
                             std::span<const std::string_view> refused = {});

}  // namespace spec
