// runtime run: makes a container, runs its program, waits, and leaves nothing.

#include <signal.h>
#include <sys/random.h>

#include "runtime/container.hpp"
#include "runtime/proxy.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

// Twelve digits for a container that nobody named.
Result<std::string> make_id()
{
    unsigned char bytes[6];
    if (::getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return failed_sys("make up an id");
    std::string id;
    for (const unsigned char byte : bytes)
        id += format("{:02x}", byte);
    return id;
}

Result<> record_running(Container& container)
{
    container.state.status = spec::ContainerStatus::Running;
    return container.state_dir->save(container.state);
}

Result<> start_program(Container& container)
{
    TRY(container.init_channel.send(static_cast<char>(Word::Start)));
    // Its end closes with execve; a message is an error.
    const auto message = TRY(container.init_channel.receive());
    return message ? failed("a message '{}' where none was expected", message->kind) : Result<>();
}

Result<> fit_its_terminal(Container& container)
{
    if (container.terminal)
        fit_terminal(container.terminal);
    return {};
}

constexpr sys::Step<Container> kStart[] = {
    {"record running", record_running},
    {"fit terminal", fit_its_terminal},
    {"start program", start_program},
};

// Waits for init. All other signals are its own.
Result<int> wait_and_forward(Container& container, const sigset_t& signals)
{
    for (;;) {
        siginfo_t info = {};
        const int signal = ::sigwaitinfo(&signals, &info);
        if (signal < 0 && errno != EINTR)
            return failed_sys("wait for signals");
        if (signal == SIGCHLD)
            return container.init.wait();
        if (signal > 0)
            (void)sys::send_signal(container.init.pidfd(), signal);
    }
}

Result<int> run_container(Call& call)
{
    sigset_t signals;
    ::sigfillset(&signals);
    ::sigprocmask(SIG_SETMASK, &signals, nullptr);
    Container container{.options = call.options, .id = call.id};
    const auto made = make_container(container);
    call.warnings = container.plan.warnings;
    TRY(made);
    TRY(sys::run_steps<Container>(kStart, container));
    if (!container.terminal)
        return wait_and_forward(container, signals);
    TRY_TO(proxy_terminal(container.init, std::move(container.terminal)), "proxy the terminal");
    return container.init.wait();
}

Result<int> run(Call& call)
{
    const std::string& word = call.arguments[0];
    if (word.find('/') == word.npos) {
        TRY(check_id(word));
        call.id = word;
    } else {
        if (!call.options.bundle.empty())
            return failed_with(Status::Usage, "two bundles: {} and {}", call.options.bundle, word);
        call.options.bundle = word;
        call.id = TRY(make_id());
    }
    if (call.options.bundle.empty())
        call.options.bundle = ".";
    return run_container(call);
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::bundle>("bundle", 'b', "DIR", "the bundle (default: this folder)"),
};

}  // namespace

constinit const Verb kRun = {
    {.name = "run",
     .arguments = "ID|BUNDLE/",
     .summary = "makes a container, runs its program and waits for it",
     .options = kOptions},
    run,
    Enters::Container,
    Status::CannotStart,
};

}  // namespace runtime
