// image inspect: what is known of an image.

#include "image/places.hpp"
#include "image/pull.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

void write(spec::JsonWriter& json, const char* name, const std::vector<std::string>& words)
{
    json.key(name).array();
    for (const auto& word : words)
        json.value(word);
    json.end();
}

std::string as_json(const Kept& kept)
{
    const spec::ImageConfig& config = kept.config;
    spec::JsonWriter json(spec::JsonWriter::Layout::Indented);
    json.object()
        .member("image", kept.record.reference)
        .member("digest", kept.record.digest)
        .member("manifest", kept.record.manifest)
        .member("config", kept.record.config)
        .member("size", kept.record.size)
        .member("pulled", kept.record.pulled)
        .member("os", config.platform.os)
        .member("architecture", config.platform.architecture)
        .member("variant", config.platform.variant)
        .member("created", config.created)
        .member("user", config.user)
        .member("workingDir", config.working_dir)
        .member("stopSignal", config.stop_signal);
    write(json, "entrypoint", config.entrypoint);
    write(json, "cmd", config.cmd);
    write(json, "env", config.env);
    json.key("labels").object();
    for (const auto& [name, value] : config.labels)
        json.member(name, value);
    json.end().key("layers").array();
    for (const auto& layer : plan_layers({}, config.diff_ids))
        json.value(layer.diff_id.text());
    return json.end().end().text();
}

Result<> run(Call& call)
{
    const Store store = TRY(open_store(call.options));
    const Kept kept = TRY(find_kept(call, store, call.arguments[0]));
    TRY(sys::print(as_json(kept)));
    return {};
}

}  // namespace

constinit const Verb kInspect = {
    {.name = "inspect",
     .arguments = "IMAGE",
     .summary = "tells as JSON what is known of an image that is in the store",
     .options = {}},
    run,
};

}  // namespace image
