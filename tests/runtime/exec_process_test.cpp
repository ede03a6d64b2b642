#include "runtime/exec_process.hpp"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "sys/file.hpp"

using namespace runtime;

static spec::Process container()
{
    spec::Process own;
    own.user = {.uid = 5, .gid = 6, .additional_gids = {7}};
    own.args = {"init"};
    own.env = {"A=1"};
    own.cwd = "/srv";
    own.terminal = true;
    own.capabilities = spec::Capabilities{.bounding = {"CAP_CHOWN", "CAP_KILL"},
                                          .permitted = {"CAP_KILL"},
                                          .effective = {"CAP_KILL"}};
    return own;
}

static spec::Process run(const Options& options)
{
    const std::vector<std::string> command = {"ls", "-l"};
    auto process = exec_process(container(), options, command);
    cr_assert(process.has_value());
    return *process;
}

Test(exec_process, is_the_containers_but_for_its_words_and_terminal)
{
    const auto process = run({});
    cr_assert_eq(process.args.size(), 2);
    cr_assert_eq(process.args[0], "ls");
    cr_assert_eq(process.cwd, "/srv");
    cr_assert_eq(process.user.uid, 5);
    cr_assert_eq(process.user.gid, 6);
    cr_assert_not(process.terminal);
    cr_assert_not(process.no_new_privileges);
}

Test(exec_process, is_changed_by_options)
{
    Options options;
    options.user = UserWord{.uid = 9};
    options.additional_gids = {8};
    options.env = {"B=2"};
    options.no_new_privs = true;
    const auto process = run(options);
    cr_assert_eq(process.user.uid, 9);
    cr_assert_eq(process.user.gid, 6);
    cr_assert_eq(process.user.additional_gids.size(), 2);
    cr_assert_eq(process.env.back(), "B=2");
    cr_assert(process.no_new_privileges);
}

Test(exec_process, of_a_file_has_the_containers_where_that_does_not_say)
{
    char path[] = "/tmp/exec-process.XXXXXX";
    const sys::Fd file(::mkstemp(path));
    cr_assert(sys::write_all(file.get(), R"({
        "args": ["id"], "cwd": "/", "noNewPrivileges": false,
        "rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": 1}],
        "user": {"uid": 1, "gid": 1}})"));
    spec::Process own = container();
    own.no_new_privileges = true;
    own.rlimits = {{.type = spec::RlimitType::Nofile, .soft = 5, .hard = 5}};
    own.oom_score_adj = 7;
    own.scheduler = spec::Scheduler{.policy = spec::SchedulerPolicy::Batch};
    own.io_priority = spec::IoPriority{.priority = 3};
    own.exec_cpu_affinity = spec::ExecCpuAffinity{.final = "0"};
    Options options;
    options.process = path;
    const auto process = exec_process(own, options, {});
    ::unlink(path);
    cr_assert(process.has_value());
    cr_expect(process->user.uid == 1 && process->user.additional_gids.empty());
    cr_expect(process->env.empty());
    cr_expect(process->no_new_privileges);
    cr_expect(process->rlimits.size() == 1 && process->rlimits[0].type == spec::RlimitType::Cpu);
    cr_expect(process->capabilities->bounding == own.capabilities->bounding);
    cr_expect(process->oom_score_adj == 7);
    cr_expect(process->scheduler->policy == spec::SchedulerPolicy::Batch);
    cr_expect(process->io_priority->priority == 3);
    cr_expect(process->exec_cpu_affinity->final == "0");
}

static CapabilitySets granted(const spec::Process& process, const std::vector<std::string>& more,
                              std::vector<std::string>& warnings)
{
    auto sets = exec_capabilities(container(), process, more, warnings);
    cr_assert(sets.has_value());
    return *sets;
}

Test(exec_capabilities, are_never_more_than_the_bounding_set)
{
    constexpr std::uint64_t chown = 1 << 0, kill = 1 << 5;
    std::vector<std::string> warnings;
    auto sets = granted(container(), {}, warnings);
    cr_assert_eq(sets.bounding, chown | kill);
    cr_assert_eq(sets.permitted, kill);
    sets = granted(container(), {"CAP_CHOWN"}, warnings);
    cr_assert_eq(sets.effective, chown | kill);
    cr_assert_eq(sets.inheritable, 0);
    cr_assert_eq(sets.ambient, 0);
    cr_assert(warnings.empty());

    spec::Process more = container();
    for (auto* set : {&more.capabilities->bounding, &more.capabilities->permitted,
                      &more.capabilities->effective, &more.capabilities->inheritable,
                      &more.capabilities->ambient})
        *set = {"CAP_SYS_ADMIN", "CAP_KILL"};
    sets = granted(more, {}, warnings);
    for (const auto set :
         {sets.bounding, sets.permitted, sets.effective, sets.inheritable, sets.ambient})
        cr_assert_eq(set, kill);
    cr_assert_eq(warnings.size(), 1);
    cr_assert_not(exec_capabilities(container(), container(), {"CAP_SYS_ADMIN"}, warnings));
}
