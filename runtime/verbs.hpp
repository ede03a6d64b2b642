// What `runtime` can do: one verb per file in runtime/verbs/, each with its own table of options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/update_options.hpp"
#include "spec/duration.hpp"
#include "spec/options.hpp"
#include "spec/words.hpp"

namespace runtime {

enum class LogFormat : std::uint8_t { Text, Json };
enum class LogLevel : std::uint8_t { Default, Error, Warning, Info, Debug };
enum class Rootless : std::uint8_t { Auto, True, False };
enum class CgroupManager : std::uint8_t { Cgroupfs, Systemd, Disabled };
enum class ListFormat : std::uint8_t { Table, Json };

struct UserWord {  // UID[:GID]
    std::uint32_t uid = 0;
    std::optional<std::uint32_t> gid = {};
};
// Digits alone, up to spec::kIdMost: what is anything else must not become 0 (CVE-2026-30892).
Result<> read_word(std::string_view word, UserWord& into);

// Everything that a command line can say, and what the environment says of it. Which verb takes
// which is in the verb's table.
struct Options : UpdateOptions {
    bool debug = false;
    bool trace = false;
    std::string root = {};
    std::string owner = {};  // empty: whoever's
    std::string log = {};
    bool log_only = false;
    LogFormat log_format = LogFormat::Text;
    LogLevel log_level = LogLevel::Default;
    bool systemd_cgroup = false;
    CgroupManager cgroup_manager = CgroupManager::Cgroupfs;
    Rootless rootless = Rootless::Auto;

    std::string bundle = {};
    std::string config = {};
    std::string console_socket = {};
    std::string pidfd_socket = {};
    std::string pid_file = {};
    std::string id_file = {};
    std::uint32_t preserve_fds = 0;
    std::uint32_t listen_fds = 0;  // from 3 on, before the preserved ones: sd_listen_fds(3)
    std::uint32_t given_fds() const { return listen_fds + preserve_fds; }
    std::string notify_socket = {};  // NOTIFY_SOCKET: sd_notify(3)
    bool no_pivot = false;
    bool no_new_keyring = false;
    bool no_subreaper = false;
    bool detach = false;
    bool keep = false;

    // of exec
    std::string process = {};
    std::string cwd = {};
    std::vector<std::string> env = {};
    std::optional<UserWord> user = {};
    std::vector<std::uint32_t> additional_gids = {};
    std::vector<std::string> caps = {};
    std::vector<std::string> cgroup = {};
    std::string apparmor = {};
    std::string process_label = {};
    bool tty = false;
    bool no_new_privs = false;
    bool ignore_paused = false;

    bool json = false;
    bool strict = false;
    bool without_trial = false;
    bool force = false;
    bool all = false;
    bool regex = false;
    bool quiet = false;
    ListFormat format = ListFormat::Table;
    bool stats = false;
    spec::Duration interval = {.ms = 5000};
    std::optional<spec::Duration> timeout = {};
};

// Something that did not stop the verb. A warning goes to the log, and to standard error with
// --debug; an error goes to both.
struct Notice {
    LogLevel level = LogLevel::Warning;
    std::string text = {};
};

// One command, as a verb sees it and says what became of it.
struct Call {
    Options options = {};
    std::vector<std::string> arguments = {};
    std::string id = {};  // of the container, once it is known: errors name it
    std::vector<Notice> notices = {};
    bool ends_as_program = false;  // where it fails: with Status as it is, not 1
};

// Whether a process of ours becomes one of a container.
enum class Enters : bool { Nothing, Container };

struct Verb : spec::Verb {
    Result<int> (*run)(Call&);  // ends with the program's exit status
    Enters enters = Enters::Nothing;
    bool ends_as_program = false;  // with 125, 126 or 127, where others end with 1
};

extern const Verb kCheck;
extern const Verb kCreate;
extern const Verb kDelete;
extern const Verb kEvents;
extern const Verb kExec;
extern const Verb kFeatures;
extern const Verb kKill;
extern const Verb kList;
extern const Verb kPause;
extern const Verb kPlan;
extern const Verb kPs;
extern const Verb kResume;
extern const Verb kRun;
extern const Verb kSpec;
extern const Verb kStart;
extern const Verb kState;
extern const Verb kUpdate;
extern const Verb kWait;

}  // namespace runtime

namespace spec {

template <>
inline constexpr auto kWords<runtime::LogFormat> = words("text", "json");
template <>
inline constexpr auto kWords<runtime::LogLevel> =
    words("default", "error", "warning", "info", "debug");
template <>
inline constexpr auto kWords<runtime::Rootless> = words("auto", "true", "false");
template <>
inline constexpr auto kWords<runtime::CgroupManager> = words("cgroupfs", "systemd", "disabled");
template <>
inline constexpr auto kWords<runtime::ListFormat> = words("table", "json");

}  // namespace spec
