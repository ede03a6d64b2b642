// image ls: the images that are kept.

#include "fetcher/progress.hpp"
#include "image/places.hpp"
#include "spec/json_writer.hpp"
#include "spec/text.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

std::string as_table(const std::vector<ImageRecord>& images)
{
    std::vector<std::vector<std::string>> cells = {{"IMAGE", "DIGEST", "SIZE", "PULLED"}};
    for (const auto& image : images)
        cells.push_back({spec::shown(image.reference, 4096), image.digest.substr(0, 19),
                         fetcher::size_text(image.size), image.pulled.substr(0, 19) + "Z"});
    return spec::table(cells);
}

std::string as_json(const std::vector<ImageRecord>& images)
{
    spec::JsonWriter json;
    json.array();
    for (const auto& image : images)
        json.object()
            .member("image", image.reference)
            .member("digest", image.digest)
            .member("manifest", image.manifest)
            .member("config", image.config)
            .member("size", image.size)
            .member("pulled", image.pulled)
            .end();
    return json.end().text() + "\n";
}

std::string names(const std::vector<ImageRecord>& images)
{
    std::string text;
    for (const auto& image : images)
        text += image.reference + "\n";
    return text;
}

Result<> run(Call& call)
{
    const Store store = TRY(open_store(call.options));
    const auto images = TRY(store.database().images());
    const std::string text = call.options.quiet  ? names(images)
                             : call.options.json ? as_json(images)
                                                 : as_table(images);
    TRY(sys::print(text));
    return {};
}

constexpr spec::Option kOptions[] = {
    spec::option_of<Options, &Options::quiet>("quiet", 'q', "", "names only"),
    spec::option<&Options::json>("json", 0, "", "as JSON"),
};

}  // namespace

constinit const Verb kLs = {
    {.name = "ls",
     .arguments = "",
     .summary = "lists the images that are in the store",
     .options = kOptions},
    run,
};

}  // namespace image
