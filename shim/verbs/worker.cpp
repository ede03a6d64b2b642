// shim image, shim fetch: the programs that work for the shim, by hand.

#include "shim/worker.hpp"

#include <unistd.h>

#include "shim/existing.hpp"

namespace shim {

namespace {

Result<int> become(const Call& call, std::string_view name, std::vector<std::string> words)
{
    const std::string path = TRY(find_worker(name));
    words.insert(words.begin(), path);
    words.insert(words.end(), call.arguments.begin(), call.arguments.end());
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv(path.c_str(), argv.data());
    return failed_sys("execute {}", path);
}

// Its store is the one that `run` and `launch` take from.
Result<int> run_image(Call& call)
{
    const Places places = TRY(places_of(call));
    return become(call, "image", {"--store", places.store()});
}

Result<int> run_fetch(Call& call)
{
    return become(call, "fetcher", {});
}

}  // namespace

constinit const Verb kImage = {
    {.name = "image",
     .arguments = "[WORD...]",
     .summary = "brings, lists and removes images: `shim image --help`",
     .options = {},
     .order = spec::Order::Before},
    run_image,
};

constinit const Verb kFetch = {
    {.name = "fetch",
     .arguments = "[WORD...]",
     .summary = "brings files: `shim fetch --help`",
     .options = {},
     .order = spec::Order::Before},
    run_fetch,
};

}  // namespace shim
