// runtime kill: sends a signal to a container.

#include <signal.h>

#include "runtime/existing.hpp"
#include "sys/process.hpp"
#include "sys/signals.hpp"

namespace runtime {

namespace {

using spec::ContainerStatus;

// To all that is in the groups, while nobody can fork away from it. What has stopped may have left
// some there; what is being made is its maker's.
Result<> signal_all(const Existing& container, int signal)
{
    if (container.status == ContainerStatus::Creating)
        return not_running(container.status);
    const Groups groups = TRY(needed_groups_of(container.state));
    return signal == SIGKILL ? groups.kill_all() : groups.signal_all(signal);
}

Result<> signal_init(const Existing& container, int signal)
{
    if (container.status == ContainerStatus::Creating ||
        container.status == ContainerStatus::Stopped)
        return not_running(container.status);
    auto sent = sys::send_signal(*container.init, signal);
    if (!sent && sent.error().code == ESRCH)
        return failed("container not running: it has just stopped");
    if (!sent || signal != SIGKILL)
        return sent;
    // With the first process of a PID namespace all of them die, but for those that are frozen.
    // Without one, nothing else would end the others.
    const Groups groups = TRY(groups_of(container.state));
    return container.state.own_pids ? groups.thaw_all() : groups.kill_all();
}

Result<> kill_one(const Options& options, const std::string& id, int signal)
{
    const Existing container = TRY(find_existing(options, id));
    // With the first process of a PID namespace all of them die.
    const bool init_is_all =
        container.state.without_cgroups && container.state.own_pids && signal == SIGKILL;
    return options.all && !init_is_all ? signal_all(container, signal)
                                       : signal_init(container, signal);
}

Result<int> kill(Call& call)
{
    const std::string word = call.arguments.size() > 1 ? call.arguments[1] : "TERM";
    auto signal = sys::read_signal(word);
    if (!signal) {
        signal.error().status = Status::Usage;
        return signal;
    }
    return for_each_named(
        call, [&](const std::string& id) { return kill_one(call.options, id, *signal); });
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::all>("all", 'a', "", "to every process of it"),
    spec::option<&Options::regex>("regex", 'r', "", "ID is a regular expression"),
};

}  // namespace

constinit const Verb kKill = {
    {.name = "kill",
     .arguments = "ID [SIGNAL]",
     .summary = "sends a signal (TERM) to a container",
     .options = kOptions},
    kill,
};

}  // namespace runtime
