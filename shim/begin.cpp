#include "shim/begin.hpp"

#include <fcntl.h>

#include "shim/bundle_config.hpp"
#include "shim/runtime_call.hpp"
#include "spec/id.hpp"
#include "spec/reference.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/random.hpp"
#include "sys/signals.hpp"
#include "sys/time.hpp"

namespace shim {

namespace {

bool is_bundle(std::string_view word)
{
    return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") ||
           word.ends_with('/') || word == "." || word == "..";
}

Result<> begin_bundle(Container& container, const Call& call)
{
    const Options& options = call.options;
    if (!options.of_image.empty())
        return failed_with(Status::Usage, "{}: config.json of the bundle decides that",
                           options.of_image);
    if (call.arguments.size() > 1) {
        auto error = failed_with(Status::Usage,
                                 "\"{}\": the command is decided by config.json of the bundle",
                                 call.arguments[1]);
        if (call.arguments[1].starts_with('-'))
            error.error().hint = "options stand before the bundle";
        return error;
    }
    const std::string& word = call.arguments[0];
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, word, O_PATH | O_DIRECTORY));
    container.launch.bundle = TRY(sys::path_of(folder, word));
    const auto config = TRY(read_bundle_config(container.launch.bundle));
    container.launch.terminal = config.terminal;
    if (options.stop_signal.empty() && config.stop_signal)
        container.launch.stop_signal = *config.stop_signal;
    if (options.terminal && !config.terminal)
        return failed_with(Status::Usage,
                           "--tty: config.json: /process/terminal is not true, and decides that");
    return {};
}

Result<> begin_image(Container& container, Call& call)
{
    auto name = spec::read_image_name(call.arguments[0]);
    if (!name) {
        name.error().doing += " (a bundle's path begins with / or . or ends with /)";
        name.error().status = Status::Usage;
        return std::unexpected(name.error());
    }
    if (auto* layout = std::get_if<spec::LayoutName>(&*name))
        layout->folder = TRY(sys::absolute(layout->folder));
    Options& options = call.options;
    container.launch.image = spec::text_of(*name);
    container.launch.bundle = container.record_path() + "/" + kBundleFolder;
    container.launch.terminal = options.terminal;
    container.order = {.pull = options.pull,
                       .options = std::move(options.given_on),
                       .words = {call.arguments.begin() + 1, call.arguments.end()},
                       .files = std::move(options.files),
                       .image_decides_signal = options.stop_signal.empty()};
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

Result<Container> begin(Call& call)
{
    const Options& options = call.options;
    Container container;
    call.id = TRY_TO(choose_id(options.name), "--name");
    container.launch.id = call.id;
    if (!options.stop_signal.empty()) {
        const auto signal = sys::read_signal(options.stop_signal);
        if (!signal || *signal == 0)
            return failed_with(Status::Usage, "--stop-signal: \"{}\" is no signal",
                               options.stop_signal);
        container.launch.stop_signal = *signal;
    }
    container.launch.stop_timeout_ms = options.stop_timeout.ms;
    container.launch.remove = options.remove;
    container.places = TRY(find_places(options.root, options.data));
    container.launch.root = container.places.root;
    TRY(is_bundle(call.arguments[0]) ? begin_bundle(container, call)
                                     : begin_image(container, call));
    container.launch.boot_id = TRY(sys::boot_id());
    container.launch.created = sys::utc_now();
    container.runtime = TRY(find_runtime());
    container.gives_input = options.interactive || container.launch.terminal;
    container.id_file = options.id_file;
    return container;
}

}  // namespace shim
