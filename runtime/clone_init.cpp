#include "runtime/clone_init.hpp"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "runtime/making.hpp"

namespace runtime {

namespace {

int init_main(void* argument)
{
    return run_init(*static_cast<Init*>(argument));
}

Result<sys::Process> clone_now(Init& init, unsigned long flags)
{
    // The cgroup namespace is init's to make, once it stands in its groups.
    flags |= init.plan.namespaces.made & ~CLONE_NEWCGROUP;
    if (const auto& offsets = init.bundle.config.linux.time_offsets) {
        TRY(make_time_namespace(*offsets));
        flags &= ~CLONE_NEWTIME;
    }
    return sys::spawn(flags, init.groups.v2_folder(), init_main, &init);
}

// Who looks into us meanwhile from a namespace that we have joined would find the host.
Result<> join_hidden(const Namespaces& namespaces)
{
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    TRY(join_namespaces(namespaces, namespaces.joined_before_init()));
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // a change of credentials may have undone it
    return {};
}

Result<> join_and_clone(Init& init)
{
    TRY(join_hidden(init.plan.namespaces));
    sys::Process made = TRY(clone_now(init, CLONE_PARENT));
    made.detach();
    return init.parent.send(kBorn, &made.pidfd());
}

int between_main(void* argument)
{
    Init& init = *static_cast<Init*>(argument);
    const auto done = join_and_clone(init);
    if (done)
        return 0;
    (void)init.parent.send(done.error());
    return 1;
}

// Its SIGCHLD must not be taken for init's.
void forget_child_signal()
{
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    const timespec now = {};
    ::sigtimedwait(&child, nullptr, &now);
}

// What we join by a user namespace we would not get rid of: a process between joins all of them,
// makes init as a child of ours, and ends.
Result<sys::Process> clone_between(Init& init, const sys::Channel& channel)
{
    sys::Process between = TRY(sys::spawn(0, -1, between_main, &init));
    init.parent = {};
    auto message = TRY(channel.receive());
    TRY(between.wait());
    forget_child_signal();
    return adopt_born(std::move(message));
}

}  // namespace

Result<sys::Process> clone_init(Init& init, const sys::Channel& channel)
{
    const Namespaces& namespaces = init.plan.namespaces;
    if (namespaces.has(CLONE_NEWUSER) && !namespaces.joined.empty())
        return clone_between(init, channel);
    TRY(join_namespaces(namespaces, namespaces.joined_before_init()));
    auto made = clone_now(init, 0);
    init.parent = {};
    return made;
}

}  // namespace runtime
