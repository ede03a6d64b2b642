// runtime run: makes a container, runs its program, waits, and leaves nothing.

#include "runtime/container.hpp"
#include "runtime/create_options.hpp"
#include "runtime/exit.hpp"
#include "runtime/listener.hpp"
#include "runtime/proxy.hpp"
#include "runtime/remove.hpp"
#include "spec/id.hpp"
#include "sys/random.hpp"
#include "sys/steps.hpp"
#include "sys/terminal.hpp"

namespace runtime {

namespace {

Result<> open_notify_socket(Container& container)
{
    container.notify =
        TRY(NotifySocket::open(*container.state_dir, container.options.notify_socket));
    return {};
}

Result<> start_program(Container& container)
{
    TRY(tell_init(container, Word::Start));
    return see_it_start(
        container.init_channel, [&] { return hear_from_init(container); },
        {.linux = container.bundle.config.linux,
         .state = container.state,
         .status = spec::ContainerStatus::Created,
         .pid = container.init.pid(),
         .pidfd = container.init.pidfd()},
        std::move(container.supervisor));
}

Result<> fit_its_terminal(Container& container)
{
    if (container.terminal)
        sys::fit_terminal(container.terminal);
    return {};
}

// It has its program running: one that fails now is the end of it.
Result<> run_poststart_hooks(Container& container)
{
    auto ran = run_hooks(HookPoint::Poststart, container.bundle.config.hooks,
                         {.state = container.state,
                          .folder = container.bundle.path,
                          .watched = {container.interrupts.get()}});
    if (!ran && ran.error().code == ECANCELED)
        return interrupted(container.interrupts);
    return ran;
}

// In the foreground we are there for that later, too.
Result<> wait_until_ready(Container& container)
{
    if (!container.options.detach)
        return {};
    return container.notify.wait(container.init.pid(), container.init.pidfd(),
                                 container.interrupts);
}

constexpr sys::Step<Container> kSteps[] = {
    {"write pid file", write_pid_file},     {"record created", record_created},
    {"fit terminal", fit_its_terminal},     {"open notify socket", open_notify_socket},
    {"start program", start_program},       {"run poststart hooks", run_poststart_hooks},
    {"wait until ready", wait_until_ready},
};

// The program has ended: its code is what `run` tells, whatever becomes of the rest.
void clear_away(Container& container, Call& call)
{
    container.state_dir->keep();
    container.owed_hooks.keep();
    Removal removal{.dir = *container.state_dir,
                    .notices = call.notices,
                    .state = &container.state,
                    .groups = container.groups.release()};
    // Whoever removes it already does all that is to be done; then the id may be another's.
    const auto locked = container.state_dir->try_lock();
    if (!locked || !*locked || container.state_dir->is_removed())
        return;
    const auto removed = remove_container(removal);
    if (!removed)
        call.notices.push_back({LogLevel::Error, removed.error().message()});
}

Result<int> run_container(Call& call)
{
    MadeFile id_file;
    TRY(id_file.make(call.options.id_file, call.id));
    Container container{.options = call.options, .id = call.id, .notices = call.notices};
    const auto made = make_container(container);
    for (auto& warning : container.plan.warnings)
        call.notices.push_back({.text = std::move(warning)});
    TRY(made);
    TRY(sys::run_steps<Container>(kSteps, container));
    if (call.options.timeout)
        lift_time_limit();
    container.net_devices.keep();
    id_file.keep();
    if (call.options.detach) {
        keep(container);
        return 0;
    }
    container.pid_file.keep();
    container.state_dir->unlock();
    const int code = TRY(wait_in_foreground(container.init, std::move(container.terminal),
                                            std::move(container.notify)));
    if (call.options.keep) {
        (void)record_exit(*container.state_dir, container.state, container.init.wait_status());
        keep(container);
    } else {
        clear_away(container, call);
    }
    return code;
}

Result<int> run(Call& call)
{
    const std::string& word = call.arguments[0];
    if (word.find('/') == word.npos) {
        TRY(spec::check_id(word));
        call.id = word;
    } else {
        if (!call.options.bundle.empty())
            return failed_with(Status::Usage, "two bundles: {} and {}", call.options.bundle, word);
        call.options.bundle = word;
        call.id = TRY(sys::random_name());
    }
    if (call.options.bundle.empty())
        call.options.bundle = ".";
    return run_container(call);
}

constexpr spec::Option kRunOptions[] = {
    spec::option<&Options::detach>("detach", 'd', "", "ends once the program runs"),
    spec::option<&Options::keep>("keep", 0, "", "leaves what has stopped for a later delete"),
    spec::option<&Options::id_file>("id-file", 0, "FILE", "the id goes there"),
};
constexpr auto kOptions = spec::joined(kCreateOptions, kRunOptions);

}  // namespace

constinit const Verb kRun = {
    {.name = "run",
     .arguments = "ID|BUNDLE/",
     .summary = "makes a container, runs its program and waits for it",
     .options = kOptions},
    run,
    Enters::Container,
    true,
};

}  // namespace runtime
