#include "runtime/exec_process.hpp"

#include "runtime/refused.hpp"
#include "spec/config.hpp"
#include "spec/json.hpp"
#include "sys/file.hpp"

namespace runtime {

Result<> read_word(std::string_view word, UserWord& into)
{
    const std::size_t colon = word.find(':');
    const auto id = [&](std::string_view text) -> Result<std::uint32_t> {
        std::uint32_t number = 0;
        if (!spec::read_word(text, number) || number > spec::kIdMost)
            return failed("\"{}\" is not UID or UID:GID, each a number from 0 to {}", word,
                          spec::kIdMost);
        return number;
    };
    into.uid = TRY(id(word.substr(0, colon)));
    if (colon != word.npos)
        into.gid = TRY(id(word.substr(colon + 1)));
    return {};
}

// With --process nothing else says what is to run: what would be ignored is refused.
static Result<> check_alone(const Options& options, std::span<const std::string> command)
{
    const struct {
        std::string_view name;
        bool given;
    } others[] = {
        {"a command", !command.empty()},
        {"--cwd", !options.cwd.empty()},
        {"--env", !options.env.empty()},
        {"--user", options.user.has_value()},
        {"--additional-gids", !options.additional_gids.empty()},
        {"--cap", !options.caps.empty()},
        {"--no-new-privs", options.no_new_privs},
        {"--apparmor", !options.apparmor.empty()},
        {"--process-label", !options.process_label.empty()},
    };
    for (const auto& [name, given] : others)
        if (given)
            return failed_with(Status::Usage, "--process says all of that: {} does not go with it",
                               name);
    return {};
}

static Result<spec::Process> read_process_file(const std::string& path)
{
    constexpr std::string_view section = "/process";
    std::vector<std::string_view> refused;
    for (const std::string_view pointer : kRefused)
        if (pointer.starts_with("/process/"))
            refused.push_back(pointer.substr(section.size()));
    const std::string text = TRY(sys::read_file(AT_FDCWD, path, spec::kJsonMost));
    spec::Process process = TRY(spec::read_process(text, path, refused));
    if (process.args.empty())
        return failed("{}: /args: is missing, and there is nothing else to run", path);
    return process;
}

static spec::Process completed(spec::Process process, const spec::Process& own)
{
    if (!process.capabilities)
        process.capabilities = own.capabilities;
    if (process.rlimits.empty())
        process.rlimits = own.rlimits;
    if (!process.oom_score_adj)
        process.oom_score_adj = own.oom_score_adj;
    if (!process.scheduler)
        process.scheduler = own.scheduler;
    if (!process.io_priority)
        process.io_priority = own.io_priority;
    if (process.apparmor_profile.empty())
        process.apparmor_profile = own.apparmor_profile;
    if (process.selinux_label.empty())
        process.selinux_label = own.selinux_label;
    if (!process.exec_cpu_affinity)
        process.exec_cpu_affinity = own.exec_cpu_affinity;
    process.no_new_privileges |= own.no_new_privileges;
    return process;
}

static Result<spec::Process> changed(spec::Process process, const Options& options,
                                     std::span<const std::string> command)
{
    if (command.empty())
        return failed_with(Status::Usage, "a command is missing, or --process FILE");
    if (!options.cwd.empty() && !options.cwd.starts_with('/'))
        return failed_with(Status::Usage, "--cwd: \"{}\" is not an absolute path", options.cwd);
    for (const auto& entry : options.env)
        if (const std::size_t equals = entry.find('='); equals == 0 || equals == entry.npos)
            return failed_with(Status::Usage, "--env: \"{}\" is not NAME=VALUE", entry);
    for (const std::uint32_t gid : options.additional_gids)
        if (gid > spec::kIdMost)
            return failed_with(Status::Usage, "--additional-gids: {} is more than {}", gid,
                               spec::kIdMost);
    process.args.assign(command.begin(), command.end());
    process.terminal = options.tty;
    process.no_new_privileges |= options.no_new_privs;
    if (!options.apparmor.empty())
        process.apparmor_profile = options.apparmor;
    if (!options.process_label.empty())
        process.selinux_label = options.process_label;
    if (!options.cwd.empty())
        process.cwd = options.cwd;
    process.env.insert(process.env.end(), options.env.begin(), options.env.end());
    if (options.user) {
        process.user.uid = options.user->uid;
        process.user.gid = options.user->gid.value_or(process.user.gid);
    }
    auto& groups = process.user.additional_gids;
    groups.insert(groups.end(), options.additional_gids.begin(), options.additional_gids.end());
    return process;
}

Result<spec::Process> exec_process(const spec::Process& own, const Options& options,
                                   std::span<const std::string> command)
{
    if (options.process.empty())
        return changed(own, options, command);
    TRY(check_alone(options, command));
    spec::Process process = TRY(read_process_file(options.process));
    // conmon gives --tty beside a process that has a terminal.
    if (options.tty && !process.terminal)
        return failed_with(Status::Usage, "--tty: the process of {} has no terminal",
                           options.process);
    return completed(std::move(process), own);
}

Result<CapabilitySets> exec_capabilities(const spec::Process& own, const spec::Process& process,
                                         const std::vector<std::string>& more,
                                         std::vector<std::string>& warnings)
{
    const spec::Capabilities none;
    std::vector<std::string> unknown;
    const std::uint64_t most =
        plan_capabilities(own.capabilities ? *own.capabilities : none, unknown).bounding;
    unknown.clear();
    const std::uint64_t added = plan_capabilities({.bounding = more}, unknown).bounding;
    if (!unknown.empty())
        return failed("--cap: capability {} is unknown here", unknown[0]);
    if (added & ~most)
        return failed("--cap: the bounding set of the container does not hold {}",
                      capability_words(added & ~most));

    CapabilitySets asked =
        plan_capabilities(process.capabilities ? *process.capabilities : none, unknown);
    for (const auto& word : unknown)
        warnings.push_back(format("capability {} is unknown here and left out", word));
    asked.bounding |= added;
    asked.permitted |= added;
    asked.effective |= added;
    // A set that is empty stays so: what is inheritable is found again in files (CVE-2022-29162).
    if (asked.inheritable) {
        asked.inheritable |= added;
        asked.ambient |= added;
    }
    const CapabilitySets granted = grantable(asked, {.bounding = most, .permitted = most});
    if (const std::string lost = left_out(asked, granted); !lost.empty())
        warnings.push_back(
            format("capabilities that the container does not have are left out: {}", lost));
    return granted;
}

}  // namespace runtime
