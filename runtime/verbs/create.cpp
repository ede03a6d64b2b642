// runtime create: makes a container whose program waits for `start`.

#include "runtime/container.hpp"
#include "runtime/create_options.hpp"
#include "runtime/start_socket.hpp"
#include "spec/id.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

// Init is reached there once it waits; who looks before that finds a container in the making.
Result<> open_to_start(Container& container)
{
    return open_start_socket(container.start_socket, *container.state_dir);
}

// Last, so that an init whose maker is killed before the record says "created" ends, too.
Result<> have_it_wait(Container& container)
{
    return tell_init(container, Word::Wait);
}

constexpr sys::Step<Container> kSteps[] = {
    {"write pid file", write_pid_file},
    {"open to start", open_to_start},
    {"record created", record_created},
    {"have it wait", have_it_wait},
};

Result<int> create(Call& call)
{
    TRY(spec::check_id(call.arguments[0]));
    call.id = call.arguments[0];
    call.options.detach = true;
    if (call.options.bundle.empty())
        call.options.bundle = ".";
    Container container{.options = call.options, .id = call.id, .notices = call.notices};
    container.start_socket = TRY(make_start_socket());
    auto done = make_container(container);
    for (auto& warning : container.plan.warnings)
        call.notices.push_back({.text = std::move(warning)});
    if (done)
        done = sys::run_steps<Container>(kSteps, container);
    TRY(done);
    container.net_devices.keep();
    keep(container);
    return 0;
}

constexpr spec::Option kDetach[] = {
    spec::option<&Options::detach>("detach", 'd', "", "accepted: it is what create does"),
};
constexpr auto kOptions = spec::joined(kCreateOptions, kDetach);

}  // namespace

constinit const Verb kCreate = {
    {.name = "create",
     .arguments = "ID",
     .summary = "makes a container whose program waits for start",
     .options = kOptions},
    create,
    Enters::Container,
};

}  // namespace runtime
