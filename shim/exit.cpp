#include "shim/exit.hpp"

#include <signal.h>
#include <sys/wait.h>

#include "shim/usage.hpp"
#include "sys/time.hpp"

namespace shim {

namespace {

void tell_end(spec::ExitRecord& record, const spec::RawEnd& end)
{
    record.known = true;
    record.finished = end.finished;
    if (WIFSIGNALED(end.wait_status)) {
        record.signal = WTERMSIG(end.wait_status);
        record.code = 128 + *record.signal;
        record.core = WCOREDUMP(end.wait_status);
        record.reason = spec::EndReason::Signaled;
    } else {
        record.code = WEXITSTATUS(end.wait_status);
        record.reason = spec::EndReason::Exited;
    }
    record.usage.cpu_user_us = end.cpu_user_us;
    record.usage.cpu_system_us = end.cpu_system_us;
}

// What our failure ends with stands for the code of a program that never ran, and of no other.
void tell_failure(spec::ExitRecord& record, const Container& container)
{
    const Error& error = *container.failure;
    record.stage = container.failed_step;
    record.message = error.message();
    record.reason =
        container.stopped_by.empty() ? spec::EndReason::Failed : spec::EndReason::Stopped;
    // Where `runtime start` was under way, it may have.
    if (container.phase == Phase::Started || container.task == Word::Start)
        return;
    record.known = true;
    record.code = static_cast<int>(error.status == Status::Failure ? Status::CannotStart  //
                                                                   : error.status);
}

// What its control groups know beyond what the parent of the first process was told.
void tell_usage(spec::ExitRecord& record, const Container& container)
{
    Usage usage = read_usage(container.state.cgroups);
    if (usage.cpu_known) {
        record.usage.cpu_user_us = usage.cpu_user_us;
        record.usage.cpu_system_us = usage.cpu_system_us;
    }
    record.usage.memory_peak = usage.memory_peak;
    if (usage.oom_kills <= container.oom_kills_before)
        return;
    const bool init = record.signal == SIGKILL && usage.oom_kills > container.oom_kills_seen;
    record.oom = spec::OomRecord{.victim = init ? "init" : "child",
                                 .cgroup = std::move(usage.memory_cgroup),
                                 .limit = usage.memory_limit,
                                 .peak = usage.memory_peak,
                                 .kills = usage.oom_kills - container.oom_kills_before};
    if (init && container.stopped_by.empty())
        record.reason = spec::EndReason::Oom;
}

}  // namespace

spec::ExitRecord exit_record(const Container& container)
{
    spec::ExitRecord record{.id = container.launch.id,
                            .stage = container.step,
                            .started = container.started,
                            .finished = sys::utc_now()};
    if (container.end)
        tell_end(record, *container.end);
    if (container.end && !container.stopped_by.empty()) {
        record.reason = spec::EndReason::Stopped;
        record.message = container.stopped_by;
    }
    if (container.failure)
        tell_failure(record, container);
    else if (!container.end)
        record.message = container.lost_by.empty()
                             ? "shim and keeper were killed, and it ended before anybody looked"
                             : container.lost_by;
    tell_usage(record, container);
    return record;
}

int exit_code(const spec::ExitRecord& record)
{
    return record.code.value_or(static_cast<int>(Status::CannotStart));
}

int exit_code(const Container& container)
{
    if (!container.end)
        return static_cast<int>(Status::CannotStart);
    spec::ExitRecord record;
    tell_end(record, *container.end);
    return exit_code(record);
}

}  // namespace shim
