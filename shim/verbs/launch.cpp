// shim launch: a container in the background, with a shim of its own.

#include "shim/launch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "shim/await.hpp"
#include "shim/begin.hpp"
#include "shim/recover.hpp"
#include "spec/json_writer.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace shim {

namespace {

struct Background {
    Container container = {};
    sys::Channel client = {};
};

// The shim: nothing of its caller stays with it.
int guard(void* argument)
{
    auto& [container, client] = *static_cast<Background*>(argument);
    container.client = std::move(client);
    ::setsid();
    auto closed = sys::give_up_stdio();
    if (closed)
        closed = sys::close_all_but({container.client.fd().get(), container.progress.get()});
    if (!closed)
        (void)container.client.send(closed.error());
    else if (const auto lived = launch(container, 0); !lived && container.client.fd())
        (void)container.client.send(lived.error());
    return 0;
}

// Shim and keeper died without a word. Whether it runs all the same, its records tell. They may
// hold the record for a moment longer than the channel; who holds it for longer has adopted it.
Result<> hear_from_record(const Places& places, const std::string& id)
{
    constexpr int looks = 400;
    constexpr int pause_ms = 5;
    auto existing = find_existing(places, id);
    for (int i = 0; i < looks && existing && !has_ended(*existing); ++i) {
        const auto recovery = TRY(recover(std::move(*existing)));
        if (recovery.what == Recovered::Adopted)
            return {};
        if (recovery.what == Recovered::Nothing)
            ::poll(nullptr, 0, pause_ms);
        existing = find_existing(places, id);
    }
    if (!existing)
        return failed("its shim and its keeper were killed; nothing of it is left");
    if (!has_ended(*existing))
        return {};
    if (existing->exit->reason == spec::EndReason::Failed)
        return failed_with(static_cast<Status>(existing->exit->code.value_or(125)), "{}",
                           existing->exit->message);
    return {};
}

Result<> print_id(const Call& call)
{
    std::string text = call.id;
    if (call.options.json) {
        spec::JsonWriter json;
        text = json.object().member("id", call.id).end().text();
    }
    TRY(sys::print(text + "\n"));
    return {};
}

Result<int> run(Call& call)
{
    TRY(check_open(call, STDOUT_FILENO));  // the id goes there
    Background background{.container = TRY(begin(call))};
    const Places places = background.container.places;
    if (!background.container.launch.image.empty())
        background.container.progress =
            sys::Fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    auto channel = TRY(sys::make_channel());
    background.client = std::move(channel.there);
    auto made = TRY(sys::spawn(0, -1, guard, &background));
    made.detach();
    background.client = {};
    background.container.progress = {};
    const auto message = TRY(channel.here.receive());
    if (!message)
        TRY(hear_from_record(places, call.id));
    if (const auto told = print_id(call); !told) {
        call.notices.push_back(
            format("it runs, but its id could not be told: {}", told.error().message()));
        return static_cast<int>(Status::Failure);
    }
    return 0;
}

constexpr auto kOptions = spec::joined(kBeginOptions, kImageOptions);

}  // namespace

constinit const Verb kLaunch = {
    {.name = "launch",
     .arguments = "IMAGE|BUNDLE/ [WORD...]",
     .summary = "leaves a container behind that runs, and tells its id",
     .options = kOptions,
     .order = spec::Order::First,
     .details =
         "BUNDLE/ is a folder with config.json: a path that begins with /, ./ or ../ or ends with "
         "/;\n"
         "all else is an image.\n"
         "What it writes goes to files: shim logs. 125 where it could not start, 1 where only its\n"
         "id could not be told"},
    run,
    Status::CannotStart,
};

}  // namespace shim
