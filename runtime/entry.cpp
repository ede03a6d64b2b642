#include "runtime/entry.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

#include "runtime/apparmor.hpp"
#include "runtime/identity.hpp"
#include "runtime/making.hpp"
#include "runtime/selinux.hpp"
#include "runtime/terminal.hpp"
#include "sys/affinity.hpp"
#include "sys/file.hpp"
#include "sys/steps.hpp"

namespace runtime {

namespace {

Result<> keep_open(const Entry& entry, std::vector<int> kept)
{
    kept.push_back(entry.parent.fd().get());
    for (std::uint32_t i = 0; i < entry.posture.given_fds; ++i)
        kept.push_back(static_cast<int>(3 + i));
    return sys::close_all_but(std::move(kept));
}

Result<> hide(Entry& entry)
{
    ::prctl(PR_SET_NAME, "runtime:exec", 0, 0, 0);
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    ::umask(0);
    std::vector<int> kept = entry.groups.entrances();
    kept.push_back(entry.init.get());
    TRY(keep_open(entry, std::move(kept)));
    // What the caller has in his environment is nobody's business inside.
    for (char** each = environ; *each; ++each)
        std::memset(*each, 0, std::strlen(*each));
    const std::string status = TRY(status_of(AT_FDCWD, "/proc/self"));
    take_default_signals(status);
    // Here, where /proc is the host's: what we make inherits it.
    const sys::Fd proc = TRY(sys::open_at(AT_FDCWD, "/proc", O_PATH | O_DIRECTORY));
    const spec::Process& process = entry.posture.process;
    TRY(label_keyrings(proc.get(), process.selinux_label));
    TRY(label_on_execute(proc.get(), process.selinux_label));
    return confine_on_execute(proc.get(), process.apparmor_profile);
}

Result<> enter_groups(Entry& entry)
{
    return entry.groups.enter();
}

Result<> join_namespaces_of_init(Entry& entry)
{
    // All at once: the kernel begins with the user namespace, and asks for each whether we, as we
    // are, have a right to it.
    if (::setns(entry.init.get(), static_cast<int>(entry.namespaces)) < 0)
        return failed_sys("join the namespaces of init");
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);  // a change of credentials may have undone it
    return {};
}

int process_main(void* entry);

Result<> make_process(Entry& entry)
{
    TRY(keep_open(entry, {}));
    auto made = sys::spawn(CLONE_PARENT, -1, process_main, &entry);
    if (!made && made.error().code == EAGAIN)
        made.error().hint = "its limit of processes is reached";
    if (!made)
        return std::unexpected(made.error());
    made->detach();
    return entry.parent.send(kBorn, &made->pidfd());
}

constexpr sys::Step<Entry> kBetween[] = {
    {"hide", hide},
    {"enter control groups", enter_groups},
    {"join namespaces", join_namespaces_of_init},
    {"make process", make_process},
};

Result<> wait_for_parent(Entry& entry)
{
    return expect(entry.parent, Word::Go);
}

Result<> become_root(Entry& entry)
{
    return entry.maps ? become_root_of(*entry.maps) : Result<>();
}

Result<> lead_its_session(Entry&)
{
    return lead_a_session(Keyring::New);
}

Result<> make_terminal(Entry& entry)
{
    const spec::Process& process = entry.posture.process;
    if (!process.terminal)
        return {};
    const sys::Fd root = TRY(sys::open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY));
    const sys::Fd master = TRY(take_terminal(root, process.console_size, Console::Hidden));
    return entry.parent.send(static_cast<char>(Word::Terminal), &master);
}

Result<> choose_cpus(Entry& entry)
{
    return entry.cpus ? sys::run_on(*entry.cpus) : Result<>();
}

Result<> wait_for_start(Entry& entry)
{
    TRY(entry.parent.send(static_cast<char>(Word::Ready)));
    return expect(entry.parent, Word::Start);
}

constexpr sys::Step<Entry> kProcess[] = {
    {"wait for parent", wait_for_parent},
    {"become root", become_root},
    {"lead a session", lead_its_session},
    {"make terminal", make_terminal},
    {"choose CPUs", choose_cpus},
    {"set scheduling", of_posture<set_scheduling>},
    {"set limits", of_posture<set_rlimits>},
    {"enter working folder", of_posture<enter_working_folder>},
    {"become the user", of_posture<become_the_user>},
    {"enter working folder as the user", of_posture<enter_as_the_user>},
    {"drop capabilities", of_posture<drop_capabilities>},
    {"find program", of_posture<find_the_program>},
    {"close the rest", of_posture<close_the_rest>},
    {"wait for start", wait_for_start},
    {"load seccomp", load_filter_of<Entry>},
    {"execute", of_posture<execute_program>},
};

// Returns only where something failed, or, for the one between, once all is done.
int run(std::span<const sys::Step<Entry>> steps, Entry& entry)
{
    const auto done = sys::run_steps<Entry>(steps, entry);
    if (done)
        return 0;
    (void)entry.parent.send(done.error());
    return 1;
}

int process_main(void* entry)
{
    return run(kProcess, *static_cast<Entry*>(entry));
}

int between_main(void* entry)
{
    return run(kBetween, *static_cast<Entry*>(entry));
}

}  // namespace

Result<sys::Process> spawn_between(Entry& entry)
{
    return sys::spawn(0, entry.groups.v2_folder(), between_main, &entry);
}

}  // namespace runtime
