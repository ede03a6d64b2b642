// image bundle, image unbundle: a folder that `runtime` takes, and nothing left of it.

#include "image/bundle.hpp"

#include "sys/file.hpp"

namespace image {

namespace {

Result<> run_bundle(Call& call)
{
    const Store store = TRY(open_store(call.options));
    std::string path = TRY(sys::absolute(call.arguments[1]));
    Bundle bundle = {.call = call, .store = store, .path = std::move(path)};
    bundle.words.assign(call.arguments.begin() + 2, call.arguments.end());
    return make_bundle(bundle);
}

Result<> run_unbundle(Call& call)
{
    call.subject = call.arguments[0];
    const std::string path = TRY(sys::absolute(call.arguments[0]));
    return remove_bundle(path);
}

constexpr spec::Option kOwn[] = {
    spec::option<&Options::name>("name", 0, "NAME", "of the container (DIR's last part)"),
    spec::option<&Options::terminal>("tty", 't', "", "at a terminal"),
    spec::option_of<Options, &spec::ContainerOptions::sandbox>(
        "sandbox", 0, "DIR", "a folder of the host, at /mnt/sandbox in the container"),
    spec::option<&Options::pull>("pull", 0, "WHEN", "never (the default), missing or always"),
};
constexpr auto kBundleOptions =
    spec::joined(kOwn, spec::container_options<Options>(), spec::pull_options<Options>());

}  // namespace

constinit const Verb kBundle = {
    {.name = "bundle",
     .arguments = "IMAGE DIR [WORD...]",
     .summary = "makes a bundle of an image; WORDs take the place of its Cmd",
     .options = kBundleOptions,
     .order = spec::Order::First},
    run_bundle,
};

constinit const Verb kUnbundle = {
    {.name = "unbundle",
     .arguments = "DIR",
     .summary = "unmounts and removes a bundle of an image",
     .options = {}},
    run_unbundle,
};

}  // namespace image
