// image rm: forgets images, and removes what nobody else uses of them.

#include "image/places.hpp"

namespace image {

namespace {

Result<> run(Call& call)
{
    const Store store = TRY(open_store(call.options));
    for (const auto& name : call.arguments) {
        TRY(read_name(call, name));
        const bool there = TRY(store.database().forget_image(call.subject));
        if (!there)
            return failed("it is not in the store {}", store.path());
    }
    return store.sweep();
}

}  // namespace

constinit const Verb kRm = {
    {.name = "rm",
     .arguments = "IMAGE...",
     .summary = "forgets images; what containers use of them stays until they are gone",
     .options = {}},
    run,
};

}  // namespace image
