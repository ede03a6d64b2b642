// image pull: brings an image into the store.

#include "image/pull.hpp"

#include "image/places.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

Result<> run(Call& call)
{
    const auto name = TRY(read_name(call, call.arguments[0]));
    const Store store = TRY(open_store(call.options));
    const auto digest = TRY(pull(store, name, call.options));
    TRY(sys::print(digest.text() + "\n"));
    return {};
}

constexpr auto kOptions = spec::pull_options<Options>();

}  // namespace

constinit const Verb kPull = {
    {.name = "pull",
     .arguments = "IMAGE",
     .summary = "brings an image into the store, and prints the digest that IMAGE means now",
     .options = kOptions,
     .order = spec::Order::First},
    run,
};

}  // namespace image
