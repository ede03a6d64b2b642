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
                               container.terminal.get()});
}

class Keeper {
public:
    explicit Keeper(Container& container) : container_(container) {}

    Result<> open();
    int keep();  // until it is dismissed: its exit status

private:
    bool listen();
    Result<> begin(std::string_view verb, std::vector<std::string> words, sys::Stdio stdio);
    Result<> create();
    Result<> create_at_terminal(std::vector<std::string> words);
    Result<> note_created();
    Result<> take_terminal();
    void look_after_children();
    void worker_ended(int status);
    void record_end(const sys::EndedChild& child);
    void replace_shim();
    void answer(const Result<>& done, Word word, int value = 0, const sys::Fd* fd = nullptr);

    Container& container_;
    sys::Fd signals_ = {};
    std::optional<sys::Process> worker_ = {};
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

Result<> Keeper::begin(std::string_view verb, std::vector<std::string> words, sys::Stdio stdio)
{
    worker_ = TRY(begin_runtime(container_, verb, std::move(words), stdio));
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

void Keeper::answer(const Result<>& done, Word word, int value, const sys::Fd* fd)
{
    container_.task = Word::Nothing;
    if (done)
        (void)container_.other.send(static_cast<char>(word), fd, value);
    else
        (void)container_.other.send(done.error());
}

// What the shim says; false where it was the last word.
bool Keeper::listen()
{
    const auto message = container_.other.receive();
    if (!message || !*message) {
        replace_shim();
        return true;
    }
    const Word word{(*message)->kind};
    if (word == Word::Told)
        container_.client = {};
    if (word == Word::HungUp)
        container_.terminal = {};
    if (word != Word::Create && word != Word::Start)
        return word != Word::Dismiss;
    container_.task = word;
    if (auto begun = word == Word::Create ? create() : begin("start", {}, {}); !begun)
        answer(begun, word);
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

void Keeper::worker_ended(int status)
{
    worker_.reset();
    const Word task = std::exchange(container_.task, Word::Nothing);
    auto done = runtime_result(container_, status);
    if (task == Word::Create) {
        if (done)
            done = note_created();
        const auto& terminal = container_.terminal;
        return answer(done, Word::Created, 0, terminal ? &terminal : nullptr);
    }
    if (done) {
        container_.phase = Phase::Started;
        container_.started = sys::utc_now();
    }
    answer(done, Word::Started);
}

// On record before it is reaped: where we die in between, the zombie becomes the shim's.
void Keeper::record_end(const sys::EndedChild& child)
{
    container_.end = raw_end(child);
    if (sys::begin_step("write raw"))
        (void)sys::replace_file(container_.folder.get(), kRawFile, write(*container_.end), 0600);
    (void)sys::begin_step("reap");  // a place to die at
}

void Keeper::look_after_children()
{
    signalfd_siginfo info;
    while (::read(signals_.get(), &info, sizeof info) > 0) {
    }
    // The worker first: with its end the container's first process becomes ours.
    if (worker_)
        if (const auto status = worker_->ended(); status && *status)
            worker_ended(**status);
    if (worker_)
        return;
    while (const auto child = sys::next_ended_child()) {
        if (child->pid == container_.state.init.pid && !container_.end)
            record_end(*child);
        sys::reap(child->pid);
    }
    if (container_.end && !end_is_told_) {
        (void)sys::begin_step("tell the end");
        answer({}, Word::Ended, container_.end->wait_status);
        end_is_told_ = true;
    }
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
    sys::begin_another_life();
    if (!become_another(container, "shim", std::move(from.channel)))
        return 1;
    // The first process is another's child already, if it is not the keeper's.
    container.above_keeper = false;
    if (container.parent == Parent::Shim)
        container.parent = Parent::Nobody;
    container.stop_at_once = container.launch.foreground;
    return adopt(container);
}

// All that we know it knows too. Until there is one, nobody else can do its work.
void Keeper::replace_shim()
{
    if (std::chrono::steady_clock::now() - replaced_ < kHaste)
        ::poll(nullptr, 0, static_cast<int>(kHaste.count()));
    for (;; ::poll(nullptr, 0, static_cast<int>(kHaste.count()))) {
        replaced_ = std::chrono::steady_clock::now();
        auto channel = sys::make_channel();
        if (!channel)
            continue;
        Half to{.container = container_, .channel = std::move(channel->there)};
        auto made = sys::spawn(0, -1, take_over, &to);
        if (!made)
            continue;
        container_.shim_pid = made->pid();
        made->detach();  // reaped with all others
        container_.other = std::move(channel->here);
        end_is_told_ = container_.end.has_value();
        return;
    }
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
        if (waited[0].revents)
            look_after_children();
        if (waited[1].revents && !listen())
            return 0;
    }
}

int be_keeper(void* argument)
{
    auto& from = *static_cast<Half*>(argument);
    from.container.keeper_pid = ::getpid();
    Keeper keeper(from.container);
    const bool ready =
        become_another(from.container, "shim:keeper", std::move(from.channel)) && keeper.open();
    return ready ? keeper.keep() : 1;
}

}  // namespace

Result<> hire_keeper(Container& container)
{
    auto channel = TRY(sys::make_channel());
    Half half{.container = container, .channel = std::move(channel.there)};
    auto made = TRY(sys::spawn(0, -1, be_keeper, &half));
    container.keeper_pid = made.pid();
    made.detach();  // it has its own end
    container.other = std::move(channel.here);
    container.above_keeper = true;
    return {};
}

}  // namespace shim
