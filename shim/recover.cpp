#include "shim/recover.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "shim/launch.hpp"
#include "shim/prepare.hpp"
#include "shim/record.hpp"
#include "shim/runtime_call.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/steps.hpp"

namespace shim {

namespace {

// As its shim would carry it, as far as the records tell.
Result<Container> restore(Existing& existing)
{
    Container container = TRY(container_of(existing));
    container.record = std::move(existing.record);
    if (existing.state) {
        container.started = existing.state->started;
        container.step = existing.state->step;
        container.oom_kills_seen = existing.state->oom_kills;
    }
    container.parent = Parent::Nobody;
    if (!container.folder)
        return container;
    if (const auto raw = read_raw(container.folder); raw && *raw)
        container.end = **raw;
    if (auto state = read_runtime_state(container)) {
        container.state = std::move(*state);
        container.phase = Phase::Created;
    }
    return container;
}

void fail(Container& container, std::string reason)
{
    container.failed_step = container.step = "recover";
    container.failure = Error{.doing = std::move(reason), .status = Status::CannotStart};
}

enum class Now : std::uint8_t { NeverStarted, Runs, Ended };

Result<Now> look(Container& container)
{
    if (container.end)
        return Now::Ended;
    if (never_started(container.record))
        return Now::NeverStarted;
    const auto init = TRY(sys::find_process(container.state.init));
    if (!init)
        return Now::Ended;
    // Of one that `runtime` cannot tell of any more, nobody knows what its program did.
    const auto status = ask_runtime_status(container);
    if (status &&
        (*status == spec::ContainerStatus::Running || *status == spec::ContainerStatus::Paused)) {
        container.phase = Phase::Started;
        return Now::Runs;
    }
    return status && *status == spec::ContainerStatus::Created ? Now::NeverStarted : Now::Ended;
}

int guard(void* argument)
{
    auto& container = *static_cast<Container*>(argument);
    ::setsid();
    sys::begin_life(++container.shims);
    if (!sys::give_up_stdio() ||
        !sys::close_all_but({container.record.get(), container.folder.get()}))
        return 1;
    container.stop_at_once = container.launch.foreground;
    return adopt(container);
}

// Two of us at once is what the lock prevents: it goes over to the new shim.
Result<Recovery> give_a_shim(Container& container)
{
    const bool ours = TRY(lock(container.folder));
    if (!ours)
        return failed("its folder of what runs is being removed");
    auto made = TRY(sys::spawn(0, -1, guard, &container));
    made.detach();
    return Recovery{.what = Recovered::Adopted};
}

Result<Recovery> settle(Container& container)
{
    const std::string boot = TRY(sys::boot_id());
    if (container.launch.boot_id != boot) {
        container.lost_by = "the machine was started anew";
    } else {
        const Now now = TRY(look(container));
        if (now == Now::Runs)
            return give_a_shim(container);
        if (now == Now::NeverStarted)
            fail(container, "shim and keeper were killed before its program was started");
    }
    finish(container);
    if (!container.notices.empty())
        return failed("{}", container.notices.front());
    return Recovery{.what = Recovered::Finished};
}

}  // namespace

Result<Recovery> recover(Existing existing)
{
    const bool ours = TRY(lock(existing.record));
    if (is_removed(existing.record))
        return Recovery{};
    if (!ours && existing.broken.empty())
        return Recovery{};
    if (!ours)
        return Recovery{.what = Recovered::Broken, .reason = existing.broken};
    // Nobody changes it any more: what was read before the lock may be old.
    read_records(existing);
    if (!existing.broken.empty())
        return Recovery{.what = Recovered::Broken, .reason = existing.broken};
    const bool ended = existing.exit.has_value();
    const bool removes = existing.launch->remove;
    auto container = TRY(restore(existing));
    if (!ended)
        return settle(container);
    if (!container.folder && !removes && !has_bundle(container.record))
        return Recovery{};
    finish(container);
    if (!container.notices.empty())
        return failed("{}", container.notices.front());
    return Recovery{.what = Recovered::Finished};
}

Result<Existing> find_recovered(const Places& places, const std::string& id)
{
    auto existing = TRY(find_existing(places, id));
    if (existing.guarded || existing.exit || !existing.broken.empty())
        return existing;
    const auto recovered = recover(std::move(existing));
    auto again = TRY(find_existing(places, id));
    // Once its end is on record the rest is no hindrance.
    if (!again.exit)
        TRY(recovered);
    return again;
}

}  // namespace shim
