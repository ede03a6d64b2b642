// runtime exec: runs a program in a container that is there already.

#include <poll.h>
#include <sched.h>
#include <signal.h>

#include "runtime/apparmor.hpp"
#include "runtime/entry.hpp"
#include "runtime/exec_process.hpp"
#include "runtime/existing.hpp"
#include "runtime/identity.hpp"
#include "runtime/listener.hpp"
#include "runtime/making.hpp"
#include "runtime/namespaces.hpp"
#include "runtime/proxy.hpp"
#include "runtime/refused.hpp"
#include "runtime/seccomp_cache.hpp"
#include "runtime/selinux.hpp"
#include "runtime/terminal.hpp"
#include "spec/config.hpp"
#include "sys/affinity.hpp"
#include "sys/file.hpp"
#include "sys/identity.hpp"
#include "sys/socket.hpp"
#include "sys/steps.hpp"
#include "sys/terminal.hpp"

namespace runtime {

namespace {

struct Execution {
    const Options& options;
    const std::string& id;
    std::span<const std::string> command;
    std::optional<Existing> container = {};
    spec::Config config = {};    // of the container
    spec::Process process = {};  // what is to run
    CapabilitySets capabilities = {};
    SeccompFilter filter = {};
    std::vector<std::string> warnings = {};
    std::optional<IdMaps> maps = {};         // of its user namespace, where it has one
    std::optional<spec::CpuList> cpus = {};  // once it is in its groups
    std::optional<Groups> groups = {};
    sys::Fd interrupts = {};  // a signalfd
    sys::Fd console = {};     // connected to --console-socket
    sys::Fd pidfd_socket = {};
    sys::Fd supervisor = {};  // who gets the listener of the filter
    sys::Fd terminal = {};    // the master of it, where it has one
    sys::Channel channel = {};
    sys::Process between = {};
    sys::Process child = {};
    MadeFile pid_file = {};
};

bool has_user_namespace(const Execution& exec)
{
    return plan_namespaces(exec.config.linux.namespaces).has(CLONE_NEWUSER);
}

Result<> check_options(Execution&)
{
    if (::geteuid() != 0)
        return failed("containers are entered by root only; rootless is not carried out yet");
    return {};
}

// What is to stop us is looked for where we wait (hear).
Result<> block_signals(Execution& exec)
{
    exec.interrupts = TRY(take_interrupts());
    return {};
}

Result<> find_container(Execution& exec)
{
    exec.container = TRY(find_existing(exec.options, exec.id));
    const auto status = exec.container->status;
    if (status == spec::ContainerStatus::Creating || status == spec::ContainerStatus::Stopped)
        return not_running(status);
    const spec::State& state = exec.container->state;
    exec.groups = TRY(exec.options.cgroup.empty() ? groups_of(state) : needed_groups_of(state));
    if (status != spec::ContainerStatus::Paused || exec.options.ignore_paused)
        return {};
    auto error = failed("container is paused, and nothing would run in it");
    error.error().hint = "with --ignore-paused it runs once the container is resumed";
    return error;
}

// What `create` read: whatever has become of the bundle since.
Result<> read_the_config(Execution& exec)
{
    const std::string text = TRY(exec.container->dir.load_config());
    exec.config = TRY(spec::read_config(text, "config.json", kRefused));
    return exec.config.process ? Result<>() : failed("config.json: /process: is missing");
}

Result<> read_the_process(Execution& exec)
{
    const Options& options = exec.options;
    exec.process = TRY(exec_process(*exec.config.process, options, exec.command));
    TRY_TO(check_apparmor(exec.process.apparmor_profile), "{}",
           options.process.empty() ? "--apparmor" : options.process + ": /apparmorProfile");
    TRY_TO(check_selinux(exec.process.selinux_label), "{}",
           options.process.empty() ? "--process-label" : options.process + ": /selinuxLabel");
    const std::string name = options.process.empty() ? "--tty" : options.process + ": /terminal";
    return check_terminal(exec.process.terminal, name, options.detach, options.console_socket);
}

Result<> plan(Execution& exec)
{
    const CapabilitySets asked = TRY(
        exec_capabilities(*exec.config.process, exec.process, exec.options.caps, exec.warnings));
    const bool own_users = has_user_namespace(exec);
    exec.capabilities = TRY(granted_here(asked, own_users, exec.warnings));
    if (exec.config.linux.seccomp)
        exec.filter = TRY_TO(cached_seccomp(*exec.config.linux.seccomp, exec.options.root),
                             "config.json: /linux/seccomp");
    if (own_users)
        exec.maps = TRY(maps_of(format("{}", exec.container->state.init.pid)));
    return {};
}

// Before anything is made: nobody listens there as often as not.
Result<> connect_sockets(Execution& exec)
{
    if (!exec.options.console_socket.empty())
        exec.console = TRY(sys::connect_to(exec.options.console_socket));
    if (!exec.options.pidfd_socket.empty())
        exec.pidfd_socket = TRY(sys::connect_to(exec.options.pidfd_socket));
    exec.supervisor = TRY(connect_to_supervisor(exec.config.linux));
    return {};
}

Result<> find_groups(Execution& exec)
{
    TRY_TO(exec.groups->go_below(exec.options.cgroup), "--cgroup");
    return exec.groups->open_entrances();
}

// config.md, "execCPUAffinity": `initial` is ours, before anybody is in the container's groups.
Result<> choose_first_cpus(Execution& exec)
{
    const auto& wanted = exec.process.exec_cpu_affinity.value_or(spec::ExecCpuAffinity());
    if (!wanted.final.empty())
        exec.cpus = spec::parse_cpu_list(wanted.final);
    if (wanted.initial.empty())
        return {};
    if (!exec.cpus)
        exec.cpus.emplace();  // all that its groups have, not those of `initial`
    return sys::run_on(spec::parse_cpu_list(wanted.initial).value_or(spec::CpuList()));
}

Result<std::optional<sys::Channel::Message>> hear(const Execution& exec)
{
    return hear_from(exec.channel, exec.interrupts);
}

Result<sys::Process> spawn_in_groups(Execution& exec, Entry& entry)
{
    auto between = spawn_between(entry);
    if (between || between.error().code != EBUSY)
        return between;
    const std::string path = format("{}/cgroup", exec.container->state.init.pid);
    const std::string groups =
        TRY(sys::read_proc_file(AT_FDCWD, "/proc/" + path, std::size_t{1} << 16));
    TRY(exec.groups->follow(groups));
    return spawn_between(entry);
}

Result<> enter_container(Execution& exec)
{
    sys::ChannelPair channel = TRY(sys::make_channel());
    exec.channel = std::move(channel.here);
    // A time namespace is no part of every kernel; one's own user namespace cannot be joined.
    unsigned long joined =
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWCGROUP;
    const Namespaces namespaces = plan_namespaces(exec.config.linux.namespaces);
    for (const unsigned long flag : {CLONE_NEWUSER, CLONE_NEWTIME})
        joined |= namespaces.has(flag) ? flag : 0;
    Entry entry{.init = *exec.container->init,
                .namespaces = joined,
                .maps = exec.maps,
                .groups = *exec.groups,
                .cpus = exec.cpus,
                .posture = plan_posture(exec.process, exec.config.linux, exec.capabilities,
                                        exec.filter, exec.options),
                .parent = std::move(channel.there)};
    exec.between = TRY(spawn_in_groups(exec, entry));
    entry.parent = {};
    exec.groups->close_entrances();
    auto born = TRY(hear(exec));
    if (!born)
        return gone_without_a_word(exec.between, "the process between", exec.config.linux);
    exec.child = TRY(adopt_born(std::move(born)));
    return {};
}

Result<> prepare_process(Execution& exec)
{
    if (exec.maps)
        TRY(prepare_member(
            exec.child.pid(), *exec.maps, exec.process,
            exec.options.process.empty() ? "user" : exec.options.process + ": /user"));
    return exec.process.oom_score_adj ? set_oom_score(exec.child.pid(), *exec.process.oom_score_adj)
                                      : Result<>();
}

std::unexpected<Error> gone(Execution& exec)
{
    return gone_without_a_word(exec.child, "the process", exec.config.linux);
}

Result<> tell(Execution& exec, Word word)
{
    if (exec.channel.send(static_cast<char>(word)))
        return {};
    TRY(hear(exec));
    return gone(exec);
}

Result<> wait_for_process(Execution& exec)
{
    TRY(tell(exec, Word::Go));
    for (;;) {
        auto message = TRY(hear(exec));
        if (!message)
            return gone(exec);
        if (message->kind != static_cast<char>(Word::Terminal))
            break;
        exec.terminal = std::move(message->fd);
    }
    TRY(exec.between.wait());
    return {};
}

// From outside, where nobody in the container can have a say.
Result<> check_its_posture(Execution& exec)
{
    const spec::Process& process = exec.process;
    ExpectedPosture expected = {
        .uid = process.user.uid,
        .gid = process.user.gid,
        .no_new_privileges = process.no_new_privileges,
        .capabilities = held_until_the_filter(
            plan_posture(process, exec.config.linux, exec.capabilities, exec.filter, exec.options)),
    };
    if (exec.maps) {
        expected.uid = host_id(exec.maps->uids, expected.uid).value_or(expected.uid);
        expected.gid = host_id(exec.maps->gids, expected.gid).value_or(expected.gid);
    }
    const std::string status = TRY(status_of(AT_FDCWD, format("/proc/{}", exec.child.pid())));
    return check_posture(status, expected);
}

Result<> write_pid_file(Execution& exec)
{
    return exec.pid_file.make(exec.options.pid_file, format("{}", exec.child.pid()));
}

Result<> hand_over(Execution& exec)
{
    if (exec.pidfd_socket)
        TRY_TO(sys::send_message(exec.pidfd_socket, "setns", &exec.child.pidfd()),
               "--pidfd-socket");
    exec.pidfd_socket = {};
    if (!exec.console)
        return {};
    TRY(send_master(exec.console, exec.terminal));
    exec.console = {};
    exec.terminal = {};
    return {};
}

Result<> fit_its_terminal(Execution& exec)
{
    if (exec.terminal)
        sys::fit_terminal(exec.terminal);
    return {};
}

// Or is about to: where it has a PID namespace it waits for ours to end, too.
bool has_stopped(const Existing& container)
{
    pollfd ended = {.fd = container.init->get(), .events = POLLIN, .revents = 0};
    return ::poll(&ended, 1, 0) == 1 || sys::is_dying(container.state.init.pid);
}

Result<> start_program(Execution& exec)
{
    // One without a PID namespace would outlive the container.
    if (has_stopped(*exec.container))
        return failed("init has ended");
    TRY(tell(exec, Word::Start));
    return see_it_start(
        exec.channel, [&] { return hear(exec); },
        {.linux = exec.config.linux,
         .state = exec.container->state,
         .status = exec.container->status,
         .pid = exec.child.pid(),
         .pidfd = exec.child.pidfd()},
        std::move(exec.supervisor));
}

constexpr sys::Step<Execution> kExecute[] = {
    {"check options", check_options},
    {"block signals", block_signals},
    {"find container", find_container},
    {"read config", read_the_config},
    {"read process", read_the_process},
    {"plan", plan},
    {"connect sockets", connect_sockets},
    {"find control groups", find_groups},
    {"choose first CPUs", choose_first_cpus},
    {"enter container", enter_container},
    {"prepare process", prepare_process},
    {"process", wait_for_process},
    {"check posture", check_its_posture},
    {"write pid file", write_pid_file},
    {"hand over", hand_over},
    {"fit terminal", fit_its_terminal},
    {"start program", start_program},
};

// What a freezer of v1 holds does not die before it is let go: nobody waits for that.
void give_up(Execution& exec)
{
    const auto frozen = exec.groups ? exec.groups->frozen() : Result<bool>(false);
    for (sys::Process* each : {&exec.between, &exec.child})
        if (each->pid() > 0 && frozen && *frozen) {
            (void)sys::send_signal(each->pidfd(), SIGKILL);
            each->detach();
        }
}

Result<int> execute(Call& call)
{
    call.id = call.arguments[0];
    Execution exec{
        .options = call.options, .id = call.id, .command = std::span(call.arguments).subspan(1)};
    auto done = sys::run_steps<Execution>(kExecute, exec);
    for (auto& warning : exec.warnings)
        call.notices.push_back({.text = std::move(warning)});
    if (!done) {
        give_up(exec);
        if (exec.container && exec.container->init && has_stopped(*exec.container))
            done.error().doing =
                "container not running: it stopped meanwhile: " + done.error().doing;
        return std::unexpected(done.error());
    }
    exec.pid_file.keep();
    if (!call.options.detach)
        return wait_in_foreground(exec.child, std::move(exec.terminal));
    exec.child.detach();
    return 0;
}

constexpr spec::Option kOptions[] = {
    spec::option<&Options::process>("process", 'p', "FILE",
                                    "the whole process as JSON, as config.json has one"),
    spec::option<&Options::cwd>("cwd", 0, "DIR", "its working folder"),
    spec::option<&Options::env>("env", 'e', "NAME=VALUE", "a variable more; may be repeated"),
    spec::option<&Options::user>("user", 'u', "UID[:GID]", "who it is, in numbers"),
    spec::option<&Options::additional_gids>("additional-gids", 'g', "GID",
                                            "a group more; may be repeated"),
    spec::option<&Options::caps>("cap", 'c', "CAP",
                                 "a capability more, of the container's; may be repeated"),
    spec::option<&Options::no_new_privs>("no-new-privs", 0, "", "it cannot gain privileges"),
    spec::option<&Options::tty>("tty", 't', "", "it has a terminal"),
    spec::option<&Options::console_socket>("console-socket", 0, "SOCKET", "who gets the terminal"),
    spec::option<&Options::detach>("detach", 'd', "", "ends once the program runs"),
    spec::option<&Options::pid_file>("pid-file", 0, "FILE", "its pid goes there"),
    spec::option<&Options::pidfd_socket>("pidfd-socket", 0, "SOCKET", "who gets its pidfd"),
    spec::option<&Options::preserve_fds>("preserve-fds", 0, "N",
                                         "it gets N descriptors more, from 3 on"),
    spec::option<&Options::cgroup>("cgroup", 0, "[CONTROLLERS:]PATH",
                                   "a group below the container's; with v1 may be repeated"),
    spec::option<&Options::ignore_paused>("ignore-paused", 0, "",
                                          "waits until a container that is paused is resumed"),
    spec::option<&Options::apparmor>("apparmor", 0, "PROFILE",
                                     "confines it, in place of the container's profile"),
    spec::option<&Options::process_label>("process-label", 0, "LABEL", "SELinux's for the process"),
};

}  // namespace

constinit const Verb kExec = {
    {.name = "exec",
     .arguments = "ID [COMMAND...]",
     .summary = "runs a program in a container, as the container's own would",
     .options = kOptions,
     .order = spec::Order::First},
    execute,
    Enters::Container,
    true,
};

}  // namespace runtime
