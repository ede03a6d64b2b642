#include "shim/bundle_config.hpp"

#include <fcntl.h>

#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/signals.hpp"

namespace shim {

namespace {

constexpr std::string_view kStopSignal = "org.opencontainers.image.stopSignal";

struct User {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};
struct Process {
    bool terminal = false;
    User user = {};
};
struct Config {
    Process process = {};
    spec::Map<std::string> annotations = {};
};
constexpr spec::Field kUserFields[] = {
    spec::field<&User::uid>("uid"),
    spec::field<&User::gid>("gid"),
};
constexpr auto kUser = spec::object<User>(kUserFields);
constexpr spec::Field kProcessFields[] = {
    spec::field<&Process::terminal>("terminal"),
    spec::field<&Process::user>("user", kUser),
};
constexpr auto kProcess = spec::object<Process>(kProcessFields);
constexpr spec::Field kConfigFields[] = {
    spec::field<&Config::process>("process", kProcess),
    spec::field<&Config::annotations>("annotations"),
};
constexpr auto kConfig = spec::object<Config>(kConfigFields);

}  // namespace

Result<BundleConfig> read_bundle_config(const std::string& bundle)
{
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, bundle, O_PATH | O_DIRECTORY));
    const std::string text =
        TRY_TO(sys::read_file(folder.get(), "config.json", spec::kJsonMost), "bundle {}", bundle);
    const auto config = TRY(spec::read_json(kConfig, text, "config.json"));
    BundleConfig found = {.terminal = config.process.terminal,
                          .uid = config.process.user.uid,
                          .gid = config.process.user.gid};
    for (const auto& [key, value] : config.annotations)
        if (key == kStopSignal && !value.empty()) {
            const int signal = TRY_TO(sys::read_signal(value), "config.json: annotation {}", key);
            if (signal > 0)
                found.stop_signal = signal;
        }
    return found;
}

}  // namespace shim
