#include "shim/begin.hpp"

#include <fcntl.h>

#include "shim/runtime_call.hpp"
#include "spec/id.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/random.hpp"
#include "sys/signals.hpp"
#include "sys/time.hpp"

namespace shim {

namespace {

// As much of config.json as we need; what it is worth, `runtime` says.
struct Process {
    bool terminal = false;
};
struct Config {
    Process process = {};
};
constexpr spec::Field kProcessFields[] = {spec::field<&Process::terminal>("terminal")};
constexpr auto kProcess = spec::object<Process>(kProcessFields);
constexpr spec::Field kConfigFields[] = {spec::field<&Config::process>("process", kProcess)};
constexpr auto kConfig = spec::object<Config>(kConfigFields);

bool is_bundle(std::string_view word)
{
    return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") ||
           word.ends_with('/') || word == "." || word == "..";
}

Result<> read_bundle(Container& container, const std::string& word)
{
    if (!is_bundle(word))
        return failed(
            "{}: images are not carried out yet (a bundle's path begins with / or . or "
            "ends with /)",
            word);
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, word, O_PATH | O_DIRECTORY));
    container.launch.bundle = TRY(sys::path_of(folder, word));
    const std::string text = TRY_TO(sys::read_file(folder.get(), "config.json", spec::kJsonMost),
                                    "bundle {}", container.launch.bundle);
    const auto config = TRY(spec::read_json(kConfig, text, "config.json"));
    container.launch.terminal = config.process.terminal;
    return {};
}

Result<std::string> choose_id(const std::string& name)
{
    if (name.empty())
        return sys::random_name();
    auto checked = spec::check_id(name);
    if (!checked) {
        checked.error().status = Status::Usage;
        return std::unexpected(checked.error());
    }
    return name;
}

}  // namespace

Result<> decided_by_config(void*, std::string_view)
{
    return failed("config.json of the bundle decides that");
}

Result<Container> begin(Call& call)
{
    const Options& options = call.options;
    Container container;
    call.id = TRY_TO(choose_id(options.name), "--name");
    container.launch.id = call.id;
    auto signal = sys::read_signal(options.stop_signal);
    if (!signal || *signal == 0)
        return failed_with(Status::Usage, "--stop-signal: \"{}\" is no signal",
                           options.stop_signal);
    container.launch.stop_signal = *signal;
    container.launch.stop_timeout_ms = options.stop_timeout.ms;
    container.launch.remove = options.remove;
    TRY(read_bundle(container, call.arguments[0]));
    if (call.arguments.size() > 1) {
        auto error = failed_with(Status::Usage,
                                 "\"{}\": the command is decided by config.json of the bundle",
                                 call.arguments[1]);
        if (call.arguments[1].starts_with('-'))
            error.error().hint = "options stand before the bundle";
        return error;
    }
    if (options.terminal && !container.launch.terminal)
        return failed_with(Status::Usage,
                           "--tty: config.json: /process/terminal is not true, and decides that");
    container.places = TRY(find_places(options.root, options.data));
    container.launch.root = container.places.root;
    container.launch.boot_id = TRY(sys::boot_id());
    container.launch.created = sys::utc_now();
    container.runtime = TRY(find_runtime());
    container.gives_input = options.interactive || container.launch.terminal;
    container.id_file = options.id_file;
    return container;
}

}  // namespace shim
