// runtime check: everything that is wrong with a bundle, in one pass.

#include <fcntl.h>

#include <algorithm>

#include "runtime/container.hpp"
#include "runtime/probes.hpp"
#include "runtime/refused.hpp"
#include "spec/config_tables.hpp"
#include "spec/faults.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"
#include "sys/random.hpp"

namespace runtime {

namespace {

struct Checked {
    const Options& options;
    std::vector<Notice>& notices;
    Bundle bundle = {};
    std::vector<Error> faults = {};
    std::vector<std::string> warnings = {};
};

void add(Checked& checked, std::vector<Error> faults)
{
    for (auto& fault : faults)
        checked.faults.push_back(std::move(fault));
}

// As read_bundle() does it, but for what is wrong with its words.
Result<> read_words(Checked& checked)
{
    const std::string& path = checked.options.bundle;
    Bundle& bundle = checked.bundle;
    const sys::Fd folder = TRY(sys::open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY));
    bundle.path = TRY(sys::path_of(folder, path));
    bundle.config_text = TRY_TO(sys::read_file(folder.get(), "config.json", spec::kJsonMost),
                                "bundle {}", bundle.path);
    add(checked, spec::find_faults(
                     spec::kConfig, &bundle.config, bundle.config_text, "config.json", kRefused,
                     checked.options.strict ? spec::Unknown::Told : spec::Unknown::Skipped));
    const std::string& root = bundle.config.root.path;
    bundle.rootfs = root.starts_with('/') ? root : bundle.path + "/" + root;
    return {};
}

// One that nobody starts, beside whatever runs: without hooks, for those act on other things.
Result<> try_to_make(Checked& checked)
{
    const std::string id = "check-" + TRY(sys::random_name());
    Container container{.options = checked.options, .id = id, .notices = checked.notices};
    TRY(begin_container(container));
    spec::Config& config = container.bundle.config;
    config.hooks = {};
    config.linux.net_devices.clear();  // which would be gone from the host meanwhile
    if (!config.linux.cgroups_path.empty())
        config.linux.cgroups_path += "-" + id;
    return make_begun_container(container);
}

// Whether the one is in the other, or is that.
bool same_part(std::string_view one, std::string_view other)
{
    const auto shorter = one.size() < other.size() ? one : other;
    const auto longer = one.size() < other.size() ? other : one;
    return longer.starts_with(shorter) &&
           (longer.size() == shorter.size() || longer[shorter.size()] == '/');
}

// What a sentence that begins with "config.json: /pointer" is about.
std::string_view pointer_in(std::string_view sentence)
{
    constexpr std::string_view before = "config.json: ";
    if (!sentence.starts_with(before))
        return {};
    sentence.remove_prefix(before.size());
    return sentence.substr(0, sentence.find_first_of(": "));
}

// Words that were not understood were left out: what follows from that is no fault of its own.
bool follows(const Error& later, std::span<const Error> words)
{
    const auto about = pointer_in(later.doing);
    return std::ranges::any_of(words, [&](const Error& fault) {
        const std::string_view at = fault.place.pointer;
        if (at.empty())  // the whole: something that is required is missing
            return about == "/ociVersion" || about == "/root/path";
        return same_part(at, about) ||
               (at.starts_with("/linux/namespaces") && later.doing.contains("namespace"));
    });
}

Result<> find_all(Checked& checked)
{
    TRY(read_words(checked));
    Layout layout = TRY(read_layout());
    std::vector<Error> later;
    Plan plan = plan_whole(checked.bundle, std::move(layout), later);
    checked.warnings = std::move(plan.warnings);
    for (auto& fault : probe_host(checked.bundle, plan))
        later.push_back(std::move(fault));
    std::erase_if(later, [&](const Error& fault) { return follows(fault, checked.faults); });
    add(checked, std::move(later));
    if (!checked.faults.empty() || checked.options.without_trial)
        return {};
    if (const auto tried = try_to_make(checked); !tried)
        checked.faults.push_back(tried.error());
    return {};
}

void write_fault(spec::JsonWriter& json, const Error& fault)
{
    json.object().member("level", "error").member("msg", fault.message());
    if (!fault.step.empty())
        json.member("step", fault.step);
    if (!fault.place.pointer.empty() || fault.place.line)
        json.member("path", fault.place.pointer);
    if (fault.place.line)
        json.member("line", fault.place.line).member("column", fault.place.column);
    json.end();
}

std::string as_json(const Checked& checked)
{
    spec::JsonWriter json(spec::JsonWriter::Layout::Indented);
    json.object().member("bundle", checked.bundle.path).member("ok", checked.faults.empty());
    json.key("problems").array();
    for (const auto& fault : checked.faults)
        write_fault(json, fault);
    for (const auto& warning : checked.warnings)
        json.object().member("level", "warning").member("msg", warning).end();
    return json.end().end().text();
}

std::string as_text(const Checked& checked)
{
    std::string text;
    for (const auto& fault : checked.faults)
        text += fault.message() + "\n";
    for (const auto& warning : checked.warnings)
        text += format("warning: {}\n", warning);
    return text;
}

Result<int> check(Call& call)
{
    if (!call.arguments.empty())
        call.options.bundle = call.arguments[0];
    if (call.options.bundle.empty())
        call.options.bundle = ".";
    Checked checked{.options = call.options, .notices = call.notices};
    TRY(find_all(checked));
    TRY(sys::print(call.options.json ? as_json(checked) : as_text(checked)));
    return checked.faults.empty() ? 0 : static_cast<int>(Status::Failure);
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::strict>("strict", 0, "", "properties that are unknown are faults, too"),
    spec::option<&Options::without_trial>("no-trial", 0, "",
                                          "only look: do not have a container made on trial"),
    spec::option<&Options::json>("json", 0, "", "answer in JSON"),
};

}  // namespace

constinit const Verb kCheck = {
    {.name = "check",
     .arguments = "[BUNDLE]",
     .summary = "tells all that is wrong with a bundle, here",
     .options = kOptions,
     .details =
         "Where nothing is found a container is made of it on trial, but for hooks and for what\n"
         "`start` does, and removed. It ends with 0 where `create` would, else with 1."},
    check,
    Enters::Container,
};

}  // namespace runtime
