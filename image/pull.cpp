#include "image/pull.hpp"

#include <memory>
#include <optional>

#include "fetcher/digest_of.hpp"
#include "fetcher/progress.hpp"
#include "image/layout.hpp"
#include "image/mend.hpp"
#include "image/places.hpp"
#include "image/registry.hpp"
#include "image/source.hpp"
#include "spec/image_config.hpp"
#include "spec/text.hpp"
#include "sys/random.hpp"
#include "sys/steps.hpp"
#include "sys/time.hpp"

namespace image {

namespace {

struct Pull {
    const Store& store;
    const spec::ImageName& name;
    const Options& options;
    fetcher::Progress& progress;

    // Each step adds to these.
    std::unique_ptr<Source> source = {};
    Document top = {};       // what the name means
    Document document = {};  // the manifest for the platform
    spec::Descriptor config_blob = {};
    std::string config_text = {};
    spec::ImageConfig config = {};
    std::vector<LayerPlan> layers = {};
    std::optional<WorkFolder> lease = {};  // while it is ours, no layer is swept away
    std::string lease_name = {};
    std::vector<std::string> objects = {};
};

Result<> lease_objects(const Pull& pull)
{
    return pull.store.database().add_lease({pull.lease_name, "tmp/" + pull.lease_name},
                                           pull.objects);
}

Result<> open_source(Pull& pull)
{
    if (const auto* layout = std::get_if<spec::LayoutName>(&pull.name))
        pull.source = TRY(open_layout(layout->folder, layout->tag));
    else
        pull.source = TRY(open_registry(std::get<spec::Reference>(pull.name), pull.options));
    return {};
}

Result<> find_image(Pull& pull)
{
    pull.top = TRY(pull.source->resolve());
    return {};
}

// From index to index, until it is a manifest.
Result<> choose_platform(Pull& pull)
{
    const spec::Platform platform = TRY(platform_of(pull.options));
    pull.document = pull.top;
    for (unsigned depth = 1;; ++depth) {
        const std::string name = pull.document.digest.text();
        auto read = TRY(spec::read_document(pull.document.text, name, pull.document.media_type));
        if (const auto* manifest = std::get_if<spec::Manifest>(&read)) {
            pull.config_blob = manifest->config;
            for (const auto& blob : manifest->layers)
                pull.layers.push_back({.blob = blob});
            return {};
        }
        if (depth > spec::kIndexDepthMost)
            return failed("{}: indexes lie more than {} deep", name, spec::kIndexDepthMost);
        const auto& listed = std::get<spec::Index>(read).manifests;
        const auto chosen = TRY_TO(spec::choose(listed, platform), "{}", name);
        pull.document = TRY(pull.source->document(listed[chosen]));
    }
}

// The lease lives as long as somebody holds its folder: who sweeps ends that of a dead process.
Result<> take_lease(Pull& pull)
{
    const std::string unique = TRY(sys::random_name());
    pull.lease_name = "pull-" + unique;
    WorkFolder folder = TRY(WorkFolder::take(pull.store.tmp(), pull.lease_name));
    pull.lease.emplace(std::move(folder));
    for (const auto* digest : {&pull.top.digest, &pull.document.digest, &pull.config_blob.digest})
        pull.objects.push_back(blob_object(*digest));
    return lease_objects(pull);
}

// Whoever pulls the same at this moment waits for the one who fetches it.
Result<std::string> bring_config(const Pull& pull)
{
    const spec::Digest& digest = pull.config_blob.digest;
    WorkFolder ours = TRY(WorkFolder::take(pull.store.tmp(), "config-" + digest.hex));
    // One that the disk has spoilt is brought again.
    if (auto kept = pull.store.read_blob(digest); kept && *kept) {
        TRY(ours.discard());
        return std::move(**kept);
    }
    auto document = TRY(pull.source->document(pull.config_blob));
    TRY(pull.store.write_blob(digest, document.text));
    TRY(ours.discard());
    return std::move(document.text);
}

// A manifest that no index offers among others is what it is, whatever was asked for.
Result<> check_platform(const Pull& pull)
{
    const auto& wanted = pull.options.platform;
    const auto is = spec::normal(pull.config.platform);
    if (!wanted || is.architecture.empty() || pull.document.digest != pull.top.digest ||
        (is.os == wanted->os && is.architecture == wanted->architecture))
        return {};
    return failed("no image for {}: there is {}", wanted->text(), spec::shown(is.text()));
}

Result<> fetch_config(Pull& pull)
{
    pull.config_text = TRY(bring_config(pull));
    const std::string name = pull.config_blob.digest.text();
    pull.config = TRY(spec::read_image_config(pull.config_text, name));
    TRY_TO(spec::check_layers(pull.config, pull.layers.size()), "{}", name);
    TRY_TO(check_platform(pull), "{}", name);
    return {};
}

Result<> plan_chain(Pull& pull)
{
    std::vector<spec::Descriptor> blobs;
    for (auto& layer : pull.layers)
        blobs.push_back(std::move(layer.blob));
    pull.layers = plan_layers(blobs, pull.config.diff_ids);
    for (const auto& layer : pull.layers) {
        pull.objects.push_back(layer_object(layer.diff_id));
        pull.objects.push_back(fix_object(layer.chain_id));
    }
    return lease_objects(pull);
}

Result<> keep_documents(Pull& pull)
{
    TRY(pull.store.write_blob(pull.top.digest, pull.top.text));
    return pull.document.digest == pull.top.digest
               ? Result<>()
               : pull.store.write_blob(pull.document.digest, pull.document.text);
}

Result<> bring_layers(Pull& pull)
{
    return fetch_layers(pull.store, *pull.source, pull.layers, pull.progress);
}

Result<> mend_layers(Pull& pull)
{
    TRY(mended_stack(pull.store, pull.layers));
    return {};
}

Result<> keep_image(Pull& pull)
{
    ImageRecord image = {.reference = spec::text_of(pull.name),
                         .digest = pull.top.digest.text(),
                         .manifest = pull.document.digest.text(),
                         .config = pull.config_blob.digest.text(),
                         .pulled = sys::utc_now()};
    for (const auto& layer : pull.layers)
        image.size += layer.blob.size;
    return pull.store.database().keep_image(image, pull.objects);
}

Result<> end_lease(Pull& pull)
{
    TRY(pull.store.database().end_lease(pull.lease_name));
    return pull.lease->discard();
}

Result<> sweep(Pull& pull)
{
    return pull.store.sweep();
}

constexpr sys::Step<Pull> kPullImage[] = {
    {"open source", open_source},
    {"find image", find_image},
    {"choose platform", choose_platform},
    {"take lease", take_lease},  // from here on nothing of it is swept away
    {"fetch config", fetch_config},
    {"plan layers", plan_chain},
    {"keep documents", keep_documents},
    {"fetch layers", bring_layers},  // image/fetch.cpp has their own steps
    {"mend layers", mend_layers},
    {"keep image", keep_image},
    {"end lease", end_lease},
    {"sweep", sweep},  // what the name meant before
};

}  // namespace

std::vector<LayerPlan> plan_layers(const std::vector<spec::Descriptor>& blobs,
                                   const std::vector<spec::Digest>& diff_ids)
{
    std::vector<LayerPlan> layers;
    for (std::size_t i = 0; i < diff_ids.size(); ++i) {
        spec::Digest chain = diff_ids[i];
        if (i > 0)
            chain = fetcher::digest_of(spec::chain_text(layers.back().chain_id, diff_ids[i]));
        layers.push_back({i < blobs.size() ? blobs[i] : spec::Descriptor{}, diff_ids[i], chain});
    }
    return layers;
}

Result<spec::Digest> pull(const Store& store, const spec::ImageName& name, const Options& options)
{
    auto progress =
        options.quiet ? fetcher::Progress(fetcher::Progress::Shown::Nothing) : fetcher::Progress();
    Pull work = {.store = store, .name = name, .options = options, .progress = progress};
    TRY(sys::run_steps<Pull>(kPullImage, work));
    return work.top.digest;
}

}  // namespace image
