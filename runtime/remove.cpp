#include "runtime/remove.hpp"

#include <poll.h>
#include <signal.h>

#include "runtime/hooks.hpp"
#include "runtime/refused.hpp"
#include "spec/config.hpp"
#include "sys/process.hpp"
#include "sys/steps.hpp"

namespace runtime {

static constexpr int kDeathMs = 10'000;

Result<> kill_container(Removal& removal)
{
    // Once init is gone they are empty, but for what came in by other ways.
    if (!removal.init && removal.groups && removal.groups->remove_if_empty())
        removal.groups.reset();
    if (removal.init)
        (void)sys::send_signal(*removal.init, SIGKILL);  // it may have ended by itself
    if (removal.groups && removal.groups_are_ours)
        TRY(removal.groups->kill_all());
    if (!removal.init)
        return {};
    pollfd ended = {.fd = removal.init->get(), .events = POLLIN, .revents = 0};
    if (::poll(&ended, 1, kDeathMs) < 0)
        return failed_sys("wait for its end");
    return ended.revents ? Result<>() : failed("its first process does not die");
}

static Result<> remove_groups(Removal& removal)
{
    if (!removal.groups)
        return {};
    auto removed = removal.groups->remove();
    // An init of ours that was not put on record ends by itself; another's processes stay.
    if (!removed && removed.error().code == EBUSY && !removal.groups_are_ours)
        return {};
    return removed;
}

// After all of it is gone but the record, so that they run again where this is interrupted.
static Result<> run_last_hooks(Removal& removal)
{
    if (!removal.state || !removal.state->hooks_follow)
        return {};
    const std::string text = TRY(removal.dir.load_config());
    const auto config = TRY(spec::read_config(text, "config.json", kRefused));
    run_poststop_hooks(config.hooks, *removal.state, removal.notices);
    return {};
}

static Result<> remove_record(Removal& removal)
{
    return removal.dir.remove();
}

static constexpr sys::Step<Removal> kRemove[] = {
    {"kill", kill_container},
    {"remove control groups", remove_groups},
    {"run poststop hooks", run_last_hooks},
    {"remove record", remove_record},
};

Result<> remove_container(Removal& removal)
{
    return sys::run_steps<Removal>(kRemove, removal);
}

}  // namespace runtime
