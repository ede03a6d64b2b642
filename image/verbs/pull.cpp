// image pull: brings an image into the store.

#include "image/pull.hpp"

#include "image/places.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"

namespace image {

namespace {

Result<> run(Call& call)
{
    const auto name = TRY(read_name(call, call.arguments[0]));
    const Store store = TRY(open_store(call.options));
    auto progress = call.options.quiet ? fetcher::Progress(fetcher::Progress::Shown::Nothing)
                                       : fetcher::Progress();
    const auto platform = TRY(platform_of(call.options));
    Pull work = {.store = store,
                 .name = name,
                 .platform = platform,
                 .registry = {.auth_file = call.options.auth_file,
                              .cert_folder = call.options.cert_folder,
                              .verify_tls = call.options.verify_tls,
                              .retry = {call.options.retries, call.options.retry_delay},
                              .stall_timeout = call.options.stall_timeout},
                 .progress = progress};
    TRY(pull(work));
    TRY(sys::print(work.top.digest.text() + "\n"));
    return {};
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::platform>("platform", 0, "OS/ARCH[/VARIANT]",
                                     "of several that the image is made for (this machine's)"),
    spec::option<&Options::auth_file>("authfile", 0, "FILE",
                                      "credentials, as podman and Docker "
                                      "keep them (the usual places)"),
    spec::option<&Options::cert_folder>("cert-dir", 0, "DIR",
                                        "CA certificates, *.crt (the usual places)"),
    spec::option<&Options::verify_tls>("tls-verify", 0, "",
                                       "false: any certificate will do, and none (true)"),
    spec::option<&Options::retries>("retry", 0, "N",
                                    "how often a request is made again that has failed and brought "
                                    "nothing (3)"),
    spec::option<&Options::retry_delay>("retry-delay", 0, "TIME",
                                        "before it is made again; then twice as long each time "
                                        "(1s)"),
    spec::option<&Options::stall_timeout>(
        "stall-timeout", 0, "TIME",
        "a connection that brings nothing for so long is given up "
        "(60s)"),
    spec::option<&Options::quiet>("quiet", 'q', "", "no progress on standard error"),
};

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
