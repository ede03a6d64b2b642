// runtime events: what a container uses, every few seconds, and each time that it runs out of
// memory; until it ends.

#include "runtime/events.hpp"

#include <sys/epoll.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "runtime/cgroup/oom_events.hpp"
#include "runtime/existing.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/loop.hpp"

namespace runtime {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kNetDevMost = 1 << 20;
enum Key : unsigned { kEnd, kOom };

// Of the network namespace of its own, where it has one. The number is still init's afterwards, or
// what was read is nobody's.
std::vector<Interface> interfaces_of(pid_t pid)
{
    struct stat own = {};
    struct stat its = {};
    if (::stat("/proc/self/ns/net", &own) < 0 ||
        ::stat(format("/proc/{}/ns/net", pid).c_str(), &its) < 0 || own.st_ino == its.st_ino)
        return {};
    const auto text = sys::read_proc_file(AT_FDCWD, format("/proc/{}/net/dev", pid), kNetDevMost);
    return text ? parse_interfaces(*text) : std::vector<Interface>();
}

Result<> print_stats(const Existing& container, const Groups& groups)
{
    auto interfaces = interfaces_of(container.state.init.pid);
    const auto lives = TRY(sys::find_process(container.state.init));
    if (!lives)
        interfaces.clear();
    return sys::print(stats_line(container.state.id, read_stats(groups), interfaces));
}

Result<> print_oom(const Existing& container, std::optional<OomEvents>& oom)
{
    return oom && oom->happened() ? sys::print(oom_line(container.state.id)) : Result<>();
}

Result<> stream(const Existing& container, const Groups& groups, std::chrono::milliseconds interval)
{
    sys::Loop loop = TRY(sys::Loop::make());
    TRY(loop.watch(kEnd, container.init->get(), EPOLLIN));
    std::optional<OomEvents> oom;
    if (const Group* memory = groups.with("memory")) {
        oom = TRY(OomEvents::open(*memory));
        TRY(loop.watch(kOom, oom->fd(), oom->events()));
    }
    for (auto due = Clock::now() + interval;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Clock::now());
        const auto wait = std::clamp<std::int64_t>(left.count(), 0, INT32_MAX);
        const auto ready = TRY(loop.wait(static_cast<int>(wait)));
        TRY(print_oom(container, oom));
        if (std::ranges::find(ready, kEnd, &sys::Loop::Ready::key) != ready.end())
            return {};
        if (Clock::now() < due)
            continue;
        TRY(print_stats(container, groups));
        due += interval * std::max<std::int64_t>(1, (Clock::now() - due) / interval);
    }
}

Result<int> events(Call& call)
{
    call.id = call.arguments[0];
    if (call.options.interval.ms == 0)
        return failed_with(Status::Usage, "--interval: there must be time between two");
    const Existing container = TRY(find_existing(call.options, call.id));
    if (!container.init || container.status == spec::ContainerStatus::Creating)
        return not_running(container.status);
    const Groups groups = TRY(needed_groups_of(container.state));
    const std::chrono::milliseconds interval(call.options.interval.ms);
    auto told =
        call.options.stats ? print_stats(container, groups) : stream(container, groups, interval);
    TRY(told);
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::stats>("stats", 0, "", "what it uses now, once"),
    spec::option<&Options::interval>("interval", 0, "TIME", "between two of them (5s)"),
};

}  // namespace

constinit const Verb kEvents = {
    {.name = "events",
     .arguments = "ID",
     .summary = "tells what a container uses, and when it runs out of memory, as JSON lines",
     .options = kOptions},
    events,
};

}  // namespace runtime
