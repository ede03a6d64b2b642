#include "runtime/exit.hpp"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/wait.h>

#include <algorithm>

#include "runtime/cgroup/oom_events.hpp"
#include "runtime/cgroup/stats.hpp"
#include "runtime/refused.hpp"
#include "runtime/seccomp_log.hpp"
#include "spec/config.hpp"
#include "sys/identity.hpp"
#include "sys/loop.hpp"
#include "sys/time.hpp"

namespace runtime {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kSettles{20};  // a kill is counted a little before or after its victim dies
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;  // v1 shows its largest number of pages

enum Key : unsigned { kEnd, kOom };

const Group* memory_of(const std::optional<Groups>& groups)
{
    return groups ? groups->with("memory") : nullptr;
}

std::uint64_t oom_kills(const std::optional<Groups>& groups)
{
    const Group* memory = memory_of(groups);
    if (!memory)
        return 0;
    const bool v2 = memory->hierarchy.version == CgroupVersion::V2;
    const auto text = groups->read("memory", v2 ? "memory.events" : "memory.oom_control");
    return text ? parse_flat(*text)["oom_kill"] : 0;
}

// What is known of the end beside its status.
struct Witness {
    std::optional<Groups> groups = {};
    // Kills for memory that were counted while init lived on: those were others.
    std::uint64_t kills_of_others = 0;
    std::string finished = {};
};

class Watch {
public:
    Watch(const Existing& container, Witness& witness) : container_(container), witness_(witness) {}

    // False where the deadline comes first.
    Result<bool> wait(Deadline deadline)
    {
        TRY(open());
        for (;;) {
            const auto ready = TRY(loop_.wait(left(deadline)));
            if (std::ranges::find(ready, kEnd, &sys::Loop::Ready::key) != ready.end())
                return true;
            if (!ready.empty() && oom_)
                (void)oom_->happened();
            count_kills();
            if (deadline && Clock::now() >= *deadline)
                return false;
        }
    }

private:
    Result<> open()
    {
        loop_ = TRY(sys::Loop::make());
        TRY(loop_.watch(kEnd, container_.init->get(), EPOLLIN));
        witness_.kills_of_others = last_kills_ = oom_kills(witness_.groups);
        if (const Group* memory = memory_of(witness_.groups)) {
            auto opened = OomEvents::open(*memory);
            if (!opened)  // it is just being removed
                return {};
            oom_ = std::move(*opened);
            TRY(loop_.watch(kOom, oom_->fd(), oom_->events()));
        }
        return {};
    }

    void count_kills()
    {
        const std::uint64_t kills = oom_kills(witness_.groups);
        if (kills == last_kills_ && !sys::is_dying(container_.state.init.pid))
            witness_.kills_of_others = kills;
        last_kills_ = kills;
    }

    int left(Deadline deadline) const
    {
        auto until = deadline;
        if (last_kills_ != witness_.kills_of_others)
            until = std::min(deadline.value_or(Clock::time_point::max()), Clock::now() + kSettles);
        if (!until)
            return -1;
        const auto ms = std::chrono::ceil<milliseconds>(*until - Clock::now()).count();
        return static_cast<int>(std::clamp<std::int64_t>(ms, 0, INT32_MAX));
    }

    const Existing& container_;
    Witness& witness_;
    sys::Loop loop_ = {};
    std::optional<OomEvents> oom_ = {};
    std::uint64_t last_kills_ = 0;
};

bool has_filter(const StateDir& dir)
{
    const auto text = dir.load_config();
    const auto config = text ? spec::read_config(*text, "config.json", kRefused)
                             : Result<spec::Config>(failed("unread"));
    return config && config->linux.seccomp;
}

void tell_status(spec::ExitRecord& record, int status)
{
    record.known = true;
    if (WIFSIGNALED(status)) {
        record.signal = WTERMSIG(status);
        record.code = 128 + *record.signal;
        record.core = WCOREDUMP(status);
        record.reason = spec::EndReason::Signaled;
    } else {
        record.code = WEXITSTATUS(status);
        record.reason = spec::EndReason::Exited;
    }
}

void tell_usage(spec::ExitRecord& record, const Witness& witness)
{
    if (!witness.groups)
        return;
    const Stats stats = read_stats(*witness.groups);
    record.usage = {.cpu_user_us = stats.cpu.user / 1000,
                    .cpu_system_us = stats.cpu.kernel / 1000,
                    .memory_peak = stats.memory.usage.max};
    const std::uint64_t kills = oom_kills(witness.groups);
    if (kills == 0)
        return;
    const bool init = record.signal == SIGKILL && kills > witness.kills_of_others;
    const std::uint64_t limit = stats.memory.usage.limit;
    record.oom = spec::OomRecord{.victim = init ? "init" : "child",
                                 .cgroup = memory_of(witness.groups)->path,
                                 .limit = limit < kNoLimit ? limit : 0,
                                 .peak = stats.memory.usage.max,
                                 .kills = kills};
    if (init)
        record.reason = spec::EndReason::Oom;
}

spec::ExitRecord describe(const StateDir& dir, const spec::State& state,
                          std::optional<int> wait_status, const Witness& witness)
{
    spec::ExitRecord record{.id = state.id, .finished = witness.finished};
    if (wait_status)
        tell_status(record, *wait_status);
    else
        record.message = "it was reaped before anybody looked";
    tell_usage(record, witness);
    if (record.signal == SIGSYS && has_filter(dir)) {
        record.reason = spec::EndReason::Seccomp;
        record.seccomp_call = logged_call_of(state.init.pid);
    }
    return record;
}

Result<spec::ExitRecord> put_on_record(const StateDir& dir, const spec::ExitRecord& record)
{
    const auto saved = dir.save_exit(spec::write(record));
    if (!saved && !dir.is_removed())  // else it was deleted meanwhile, and we know all the same
        return std::unexpected(saved.error());
    const auto text = dir.load_exit();  // somebody else may have seen it, too
    return text ? spec::read_exit_record(*text, "exit.json") : record;
}

Result<std::optional<Groups>> groups_if_there(const spec::State& state)
{
    auto groups = groups_of(state);
    return groups ? std::optional(std::move(*groups)) : std::nullopt;
}

// A zombie tells only those who may look into it; the others wait until it is reaped.
Result<std::optional<int>> status_of(const Existing& container, Deadline deadline)
{
    const auto& identity = container.state.init;
    const sys::Fd none;
    const sys::Fd& pidfd = container.init ? *container.init : none;
    for (;;) {
        const auto status = sys::wait_status(identity, pidfd);
        if (status || !container.init || sys::process_state(identity.pid) != 'Z')
            return status;
        if (deadline && Clock::now() >= *deadline)
            return failed("it has ended, and its parent does not ask how");
        sys::pause(kSettles.count());
    }
}

}  // namespace

Result<std::optional<spec::ExitRecord>> await_exit(const Existing& container, Deadline deadline)
{
    if (const auto text = container.dir.load_exit()) {
        auto record = TRY(spec::read_exit_record(*text, "exit.json"));
        return record;
    }
    if (container.status == spec::ContainerStatus::Creating)
        return not_running(container.status);
    Witness witness{.groups = TRY(groups_if_there(container.state))};
    if (container.init) {
        const bool ended = TRY(Watch(container, witness).wait(deadline));
        if (!ended)
            return std::nullopt;
        witness.finished = sys::utc_now();
    }
    const auto status = TRY(status_of(container, deadline));
    auto record = TRY(
        put_on_record(container.dir, describe(container.dir, container.state, status, witness)));
    return record;
}

Result<> record_exit(const StateDir& dir, const spec::State& state, int wait_status)
{
    const Witness witness{.groups = TRY(groups_if_there(state)), .finished = sys::utc_now()};
    TRY(put_on_record(dir, describe(dir, state, wait_status, witness)));
    return {};
}

}  // namespace runtime
