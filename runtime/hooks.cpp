#include "runtime/hooks.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>

#include "spec/text.hpp"
#include "sys/channel.hpp"
#include "sys/file.hpp"
#include "sys/process.hpp"

namespace runtime {

namespace {

using spec::ContainerStatus;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr off_t kToldMost = 1024;  // of what a failed hook said: the end of it

struct Point {
    std::string_view name;
    std::vector<spec::Hook> spec::Hooks::* hooks;
    ContainerStatus status;  // as the hook is told
};

// By HookPoint.
constexpr Point kPoints[] = {
    {"prestart", &spec::Hooks::prestart, ContainerStatus::Creating},
    {"createRuntime", &spec::Hooks::create_runtime, ContainerStatus::Creating},
    {"createContainer", &spec::Hooks::create_container, ContainerStatus::Creating},
    {"startContainer", &spec::Hooks::start_container, ContainerStatus::Created},
    {"poststart", &spec::Hooks::poststart, ContainerStatus::Running},
    {"poststop", &spec::Hooks::poststop, ContainerStatus::Stopped},
};

const Point& at(HookPoint point)
{
    return kPoints[static_cast<std::size_t>(point)];
}

// One hook, as its process sees it until it executes.
struct Hooked {
    const spec::Hook& hook;
    const HookSurroundings& around;
    sys::Fd input = {};
    sys::Fd output = {};
    sys::Channel parent = {};
};

std::vector<char*> pointers(const std::vector<std::string>& words)
{
    std::vector<char*> found;
    for (const auto& word : words)
        found.push_back(const_cast<char*>(word.c_str()));
    found.push_back(nullptr);
    return found;
}

Result<> execute_hook(const Hooked& hooked)
{
    ::setpgid(0, 0);  // what it starts dies with it where it takes too long
    if (::dup2(hooked.input.get(), STDIN_FILENO) < 0 ||
        ::dup2(hooked.output.get(), STDOUT_FILENO) < 0 ||
        ::dup2(hooked.output.get(), STDERR_FILENO) < 0)
        return failed_sys("give it its standard descriptors");
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return failed_sys("close what is not the hook's");
    if (::chdir(hooked.around.folder.c_str()) < 0)
        return failed_sys("enter {}", hooked.around.folder);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    const std::vector<std::string> only_name = {hooked.hook.path};
    const auto argv = pointers(hooked.hook.args.empty() ? only_name : hooked.hook.args);
    const auto envp = pointers(hooked.hook.env);
    if (hooked.around.before_execute)
        TRY(hooked.around.before_execute());
    ::execve(hooked.hook.path.c_str(), argv.data(), envp.data());
    return failed_sys("execute it");
}

int hook_main(void* argument)
{
    const Hooked& hooked = *static_cast<Hooked*>(argument);
    const auto done = execute_hook(hooked);
    (void)hooked.parent.send(done.error());
    return 1;
}

Result<sys::Fd> make_memory_file(std::string_view text)
{
    sys::Fd file(::memfd_create("hook", MFD_CLOEXEC));
    if (!file)
        return failed_sys("make a file in memory");
    TRY(sys::write_all(file.get(), text));
    if (::lseek(file.get(), 0, SEEK_SET) < 0)
        return failed_sys("go back in a file in memory");
    return file;
}

// The end of what it said, as a part of one sentence; empty, or with a colon in front.
std::string told(const sys::Fd& output)
{
    struct stat status = {};
    if (::fstat(output.get(), &status) < 0)
        return {};
    std::string text(static_cast<std::size_t>(std::min(status.st_size, kToldMost)), '\0');
    const auto from = status.st_size - static_cast<off_t>(text.size());
    const auto got = ::pread(output.get(), text.data(), text.size(), from);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    while (text.ends_with('\n'))
        text.pop_back();
    return text.empty() ? "" : ": " + spec::shown(text, kToldMost);
}

int left_ms(steady_clock::time_point end)
{
    const auto left = std::chrono::ceil<milliseconds>(end - steady_clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

// Until it has ended by itself.
Result<> wait_for_hook(const sys::Process& process, const Hooked& hooked)
{
    const auto& timeout = hooked.hook.timeout;
    // What no clock can hold is no limit.
    const bool limited = timeout && *timeout < 1'000'000'000;
    const auto end = steady_clock::now() + std::chrono::seconds(limited ? *timeout : 0);
    std::vector<pollfd> polled = {{.fd = process.pidfd().get(), .events = POLLIN, .revents = 0}};
    for (const int fd : hooked.around.watched)
        polled.push_back({.fd = fd, .events = POLLIN, .revents = 0});
    for (;;) {
        const int ready = ::poll(polled.data(), polled.size(), limited ? left_ms(end) : -1);
        if (ready < 0 && errno != EINTR)
            return failed_sys("wait for it");
        if (ready > 0 && polled[0].revents)
            return {};
        if (ready > 0)
            return std::unexpected(Error{.doing = "stopped", .code = ECANCELED});
        if (ready == 0 && steady_clock::now() >= end)
            return failed("has not ended after {} s{}", *timeout, told(hooked.output));
    }
}

Result<> run_hook(const spec::Hook& hook, const std::string& state, const HookSurroundings& around)
{
    Hooked hooked{.hook = hook, .around = around};
    hooked.input = TRY(make_memory_file(state));
    hooked.output = TRY(make_memory_file(""));
    sys::ChannelPair channel = TRY(sys::make_channel());
    hooked.parent = std::move(channel.there);
    sys::Process process = TRY(sys::spawn_worker(hook_main, &hooked));
    hooked.parent = {};
    TRY(channel.here.receive());  // nothing: it executes
    if (auto waited = wait_for_hook(process, hooked); !waited) {
        ::kill(-process.pid(), SIGKILL);
        return waited;
    }
    const int code = TRY(process.wait());
    return code == 0 ? Result<>() : failed("ended with {}{}", code, told(hooked.output));
}

std::string state_at(HookPoint point, const spec::State& state)
{
    spec::JsonWriter json;
    spec::write_state(json, state, at(point).status, "");
    return json.text();
}

}  // namespace

std::vector<std::string_view> hook_names()
{
    std::vector<std::string_view> names;
    for (const auto& point : kPoints)
        names.push_back(point.name);
    return names;
}

bool has_early_hooks(const spec::Hooks& hooks)
{
    return !hooks.prestart.empty() || !hooks.create_runtime.empty() ||
           !hooks.create_container.empty();
}

bool has_later_hooks(const spec::Hooks& hooks)
{
    return !hooks.poststart.empty() || !hooks.poststop.empty();
}

Result<> run_hooks(HookPoint point, const spec::Hooks& hooks, const HookSurroundings& around)
{
    const auto& list = hooks.*at(point).hooks;
    if (list.empty())
        return {};
    const std::string state = state_at(point, around.state);
    for (std::size_t i = 0; i < list.size(); ++i)
        TRY_TO(run_hook(list[i], state, around), "config.json: /hooks/{}/{}: {}", at(point).name, i,
               list[i].path);
    return {};
}

void run_poststop_hooks(const spec::Hooks& hooks, const spec::State& state,
                        std::vector<Notice>& notices)
{
    const HookSurroundings around = {.state = state, .folder = state.bundle};
    const std::string text = state_at(HookPoint::Poststop, state);
    for (std::size_t i = 0; i < hooks.poststop.size(); ++i)
        if (const auto ran = run_hook(hooks.poststop[i], text, around); !ran)
            notices.push_back({.text = format("config.json: /hooks/poststop/{}: {}: {}", i,
                                              hooks.poststop[i].path, ran.error().message())});
}

OwedHooks::~OwedHooks()
{
    if (hooks_)
        run_poststop_hooks(*hooks_, state_, notices_);
}

void OwedHooks::owe(const spec::Hooks& hooks, const spec::State& state)
{
    hooks_ = &hooks;
    state_ = state;
}

}  // namespace runtime
