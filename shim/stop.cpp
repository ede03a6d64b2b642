#include "shim/stop.hpp"

#include <signal.h>

#include "shim/guards.hpp"
#include "shim/recover.hpp"
#include "shim/runtime_call.hpp"
#include "shim/stop_request.hpp"
#include "sys/identity.hpp"

namespace shim {

namespace {

using Clock = std::chrono::steady_clock;

std::optional<sys::Fd> first_process(const Existing& existing, spec::State& state)
{
    const auto container = container_of(existing);
    auto read = container ? read_runtime_state(*container) : Result<spec::State>();
    if (!container || !read)
        return std::nullopt;
    state = std::move(*read);
    auto found = sys::find_process(state.init);
    return found ? std::move(*found) : std::nullopt;
}

// Guards that somebody has stopped go on, for only they can tell how it ends.
void kill_container(const Existing& existing)
{
    spec::State state;
    if (const auto init = first_process(existing, state))
        (void)sys::send_signal(*init, SIGKILL);
    for (const auto& guard : guards_of(existing.record))
        (void)sys::send_signal(guard.pidfd, SIGCONT);
}

// At once, else one would make another in the place of the other.
void kill_guards(const Existing& existing)
{
    const auto guards = guards_of(existing.record);
    for (const int signal : {SIGSTOP, SIGKILL})
        for (const auto& guard : guards)
            (void)sys::send_signal(guard.pidfd, signal);
}

std::string stuck(const Existing& existing)
{
    std::string text;
    const auto add = [&](const char* who, pid_t pid) {
        text += format("{}{}, process {}, is in state {}", text.empty() ? "" : "; ", who, pid,
                       sys::process_state(pid));
    };
    spec::State state;
    if (first_process(existing, state))
        add("its first process", state.init.pid);
    for (const auto& guard : guards_of(existing.record))
        add("who guards it", guard.pid);
    return text.empty() ? "nobody tells why" : text;
}

// What comes when the time is over, and how long each may take to help.
struct Measure {
    void (*take)(const Existing&);
    std::chrono::seconds time;
};
constexpr Measure kMeasures[] = {
    {nullptr, std::chrono::seconds(3)},
    {kill_container, std::chrono::seconds(5)},
    {kill_guards, std::chrono::seconds(10)},
};

class Destroyer {
public:
    Destroyer(const Places& places, const std::string& id,
              const std::optional<spec::Duration>& timeout)
        : places_(places), id_(id), timeout_(timeout)
    {
    }

    Result<Ended> run()
    {
        for (;;) {
            auto existing = TRY(find_recovered(places_, id_));
            if (!existing.broken.empty() && !existing.exit && !existing.guarded)
                return failed("its record is broken: {}", existing.broken);
            TRY(ask(existing));
            // The wait itself has an end: a request before there was a folder is made again.
            auto end = TRY(await_end(places_, id_, after(spec::Duration{500})));
            if (end)
                return std::move(*end);
            if (Clock::now() < *due_)
                continue;
            if (measure_ == std::end(kMeasures))
                return failed("it does not end: {}", stuck(existing));
            if (measure_->take)
                measure_->take(existing);
            due_ = Clock::now() + measure_++->time;
        }
    }

private:
    Result<> ask(const Existing& existing)
    {
        const auto launch = existing.launch.value_or(spec::LaunchRecord());
        const std::uint64_t most = timeout_ ? timeout_->ms : launch.stop_timeout_ms;
        if (!due_)
            due_ = Clock::now() + std::chrono::milliseconds(most);
        if (existing.exit)
            return {};
        const StopRequest request{
            .signal = most == 0 ? SIGKILL : launch.stop_signal,
            .timeout_ms = most,
        };
        // Its folder comes after its record and goes before it.
        if (const auto folder = open_running(existing))
            TRY(write_stop_request(*folder, request));
        return {};
    }

    const Places& places_;
    const std::string& id_;
    const std::optional<spec::Duration>& timeout_;
    std::optional<Clock::time_point> due_ = {};
    const Measure* measure_ = kMeasures;
};

}  // namespace

Result<Ended> destroy(const Places& places, const std::string& id,
                      const std::optional<spec::Duration>& timeout)
{
    return Destroyer(places, id, timeout).run();
}

}  // namespace shim
