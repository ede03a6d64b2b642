#include "shim/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

#include "shim/launch.hpp"
#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "sys/file.hpp"
#include "sys/socket.hpp"
#include "sys/steps.hpp"
#include "sys/time.hpp"

namespace shim {

namespace {

// A shim that dies as soon as it is made is not made again at once.
constexpr auto kHaste = std::chrono::milliseconds(500);

constexpr const char* kConsole = "console";  // in the folder of what runs

// What only one of the two may hold is closed in the other: a copy of the other's end of the
// channel would hide the other's death.
Result<> become_another(Container& container, const char* name, sys::Channel channel)
{
    ::prctl(PR_SET_NAME, name, 0, 0, 0);
    container.other = std::move(channel);
    return sys::close_all_but({container.record.get(), container.folder.get(),
                               container.other.fd().get(), container.client.fd().get(),
                               container.progress.get(), container.terminal.get()});
}

class Keeper {
public:
    explicit Keeper(Container& container) : container_(container) {}

    Result<> open();
    int keep();  // until it is dismissed: its exit status

private:
    Result<bool> listen();
    Result<> begin(std::string_view verb, std::vector<std::string> options, sys::Stdio stdio);
    Result<> create();
    Result<> create_at_terminal(std::vector<std::string> words);
    Result<> note_created();
    Result<> take_terminal();
    Result<> look_after_children();
    Result<> worker_ended(int status);
    void note_end(const sys::EndedChild& child);
    void replace_shim();
    Result<> make_shim();
    Result<> answer(std::string_view step, const Result<>& done, Word word, int value = 0,
                    const sys::Fd* fd = nullptr);

    Container& container_;
    sys::Fd signals_ = {};
    std::optional<RuntimeWorker> worker_ = {};
    sys::Fd console_ = {};  // the socket that the terminal comes through
    bool end_is_told_ = false;
    std::chrono::steady_clock::time_point replaced_ = {};  // the shim, the last time
};

Result<> Keeper::open()
{
    if (::setsid() < 0)
        return failed_sys("setsid");
    if (::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
        return failed_sys("become a subreaper");
    // Only SIGKILL ends it: whatever else comes is meant for the shim.
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    sigset_t children;
    ::sigemptyset(&children);
    ::sigaddset(&children, SIGCHLD);
    signals_ = sys::Fd(::signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
    return signals_ ? Result<>() : failed_sys("make a signalfd");
}

Result<> Keeper::begin(std::string_view verb, std::vector<std::string> options, sys::Stdio stdio)
{
    worker_ = TRY(begin_runtime(container_, verb, {.options = std::move(options)}, stdio));
    return {};
}

// The container has our caller's own descriptors, or files of the sandbox: nothing in between.
Result<> Keeper::create()
{
    const std::vector<std::string> words = {"--bundle", container_.launch.bundle};
    if (container_.launch.terminal)
        return create_at_terminal(words);
    if (container_.launch.foreground)
        return begin("create", words,
                     {container_.gives_input ? STDIN_FILENO : -1, STDOUT_FILENO, STDERR_FILENO});
    const sys::Fd out = TRY(open_output(container_, "stdout"));
    const sys::Fd err = TRY(open_output(container_, "stderr"));
    return begin("create", words, {-1, out.get(), err.get()});
}

Result<> Keeper::create_at_terminal(std::vector<std::string> words)
{
    (void)::unlinkat(container_.folder.get(), kConsole, 0);  // of the keeper before us
    console_ = TRY(sys::listen_in(container_.folder, kConsole));
    words.insert(words.end(),
                 {"--console-socket", format("{}/{}", container_.folder_path(), kConsole)});
    return begin("create", std::move(words), {});
}

// A keeper that cannot tell must end: of that the shim hears. Where it is the shim that has gone,
// its successor is forked with all of this.
Result<> Keeper::answer(std::string_view step, const Result<>& done, Word word, int value,
                        const sys::Fd* fd)
{
    container_.task = Word::Nothing;
    return sys::run_step(step, [&] {
        auto sent = done ? container_.other.send(static_cast<char>(word), fd, value)
                         : container_.other.send(done.error());
        const bool gone = !sent && (sent.error().code == EPIPE || sent.error().code == ECONNRESET);
        return gone ? Result<>() : sent;
    });
}

// What the shim says; false where it was the last word.
Result<bool> Keeper::listen()
{
    const auto message = container_.other.receive();
    if (!message || !*message) {
        replace_shim();
        return true;
    }
    const Word word{(*message)->kind};
    if (word == Word::Told) {
        container_.client = {};
        container_.progress = {};
    }
    if (word == Word::HungUp)
        container_.terminal = {};
    if (word != Word::Create && word != Word::Start)
        return word != Word::Dismiss;
    container_.task = word;
    const bool creates = word == Word::Create;
    const auto begun = creates
                           ? sys::run_step("begin create", [&] { return create(); })
                           : sys::run_step("begin start", [&] { return begin("start", {}, {}); });
    if (!begun)
        TRY(answer("tell error", begun, word));
    return true;
}

Result<> Keeper::note_created()
{
    TRY(note_state(container_));
    if (console_)
        TRY_TO(take_terminal(), "take its terminal");
    // The container has them; ours would keep a pipe open that has no other writer.
    return sys::give_up_stdio();
}

// It was sent before `create` ended.
Result<> Keeper::take_terminal()
{
    const sys::Fd connection(::accept4(console_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection)
        return failed_sys("accept");
    std::byte name[256];
    auto received = TRY(sys::receive_message(connection, name));
    if (!received.fd)
        return failed("nothing came");
    container_.terminal = std::move(received.fd);
    console_ = {};
    (void)::unlinkat(container_.folder.get(), kConsole, 0);
    return {};
}

Result<> Keeper::worker_ended(int status)
{
    const bool creates = container_.task == Word::Create;
    auto done = runtime_result(container_, worker_->log, status);
    worker_.reset();
    if (creates && done)
        done = sys::run_step("note created", [&] { return note_created(); });
    if (creates) {
        const auto& terminal = container_.terminal;
        return answer("tell created", done, Word::Created, 0, terminal ? &terminal : nullptr);
    }
    if (done) {
        container_.phase = Phase::Started;
        container_.started = sys::utc_now();
    }
    TRY(answer("tell started", done, Word::Started));
    sys::give_memory_back();
    return {};
}

// On record before it is reaped: where we die in between, the zombie becomes the shim's.
void Keeper::note_end(const sys::EndedChild& child)
{
    container_.end = raw_end(child);
    (void)sys::run_step("write raw", [&] {
        return sys::replace_file(container_.folder.get(), kRawFile, write(*container_.end), 0600);
    });
}

Result<> Keeper::look_after_children()
{
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof info) > 0) {
    }
    // The worker first: with its end the container's first process becomes ours.
    if (worker_)
        if (const auto status = worker_->process.ended(); status && *status)
            TRY(worker_ended(**status));
    if (worker_)
        return {};
    while (const auto child = sys::next_ended_child()) {
        if (child->pid == container_.state.init.pid && !container_.end)
            note_end(*child);
        (void)sys::run_step("reap", [&] { return sys::reap(child->pid), Result<>(); });
    }
    if (!container_.end || end_is_told_)
        return {};
    end_is_told_ = true;
    return answer("tell the end", {}, Word::Ended, container_.end->wait_status);
}

// What a forked half starts with.
struct Half {
    Container& container;
    sys::Channel channel;  // to the other one
};

int take_over(void* argument)
{
    auto& from = *static_cast<Half*>(argument);
    Container& container = from.container;
    sys::begin_life(container.shims);
    if (!become_another(container, "shim", std::move(from.channel)))
        return 1;
    // The first process is another's child already, if it is not the keeper's.
    container.above_keeper = false;
    if (container.parent == Parent::Shim)
        container.parent = Parent::Nobody;
    container.stop_at_once = container.launch.foreground;
    return adopt(container);
}

Result<> Keeper::make_shim()
{
    auto channel = TRY(sys::make_channel());
    ++container_.shims;
    Half to{.container = container_, .channel = std::move(channel.there)};
    auto made = TRY(sys::spawn(0, -1, take_over, &to));
    container_.shim_pid = made.pid();
    made.detach();  // reaped with all others
    container_.other = std::move(channel.here);
    end_is_told_ = container_.end.has_value();
    return {};
}

// All that we know it knows too. Until there is one, nobody else can do its work.
void Keeper::replace_shim()
{
    const auto pause = [] { ::poll(nullptr, 0, static_cast<int>(kHaste.count())); };
    if (std::chrono::steady_clock::now() - replaced_ < kHaste)
        pause();
    replaced_ = std::chrono::steady_clock::now();
    while (!sys::run_step("make a shim", [&] { return make_shim(); }))
        pause();
}

int Keeper::keep()
{
    for (;;) {
        pollfd waited[] = {
            {.fd = signals_.get(), .events = POLLIN, .revents = 0},
            {.fd = container_.other.fd().get(), .events = POLLIN, .revents = 0},
        };
        if (::poll(waited, std::size(waited), -1) < 0 && errno != EINTR)
            return 1;
        if (waited[0].revents && !look_after_children())
            return 1;
        if (!waited[1].revents)
            continue;
        const auto more = listen();
        if (!more || !*more)
            return more ? 0 : 1;
    }
}

int be_keeper(void* argument)
{
    auto& from = *static_cast<Half*>(argument);
    Container& container = from.container;
    container.keeper_pid = ::getpid();
    sys::begin_life(container.keepers);
    Keeper keeper(container);
    const auto ready = sys::run_step("become keeper", [&]() -> Result<> {
        TRY(become_another(container, "shim:keeper", std::move(from.channel)));
        return keeper.open();
    });
    return ready ? keeper.keep() : 1;
}

}  // namespace

Result<> hire_keeper(Container& container)
{
    auto channel = TRY(sys::make_channel());
    ++container.keepers;
    Half half{.container = container, .channel = std::move(channel.there)};
    auto made = TRY(sys::spawn(0, -1, be_keeper, &half));
    container.keeper_pid = made.pid();
    made.detach();  // it has its own end
    container.other = std::move(channel.here);
    container.above_keeper = true;
    return {};
}

}  // namespace shim
