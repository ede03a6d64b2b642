#include "sys/command.hpp"

#include <unistd.h>

#include "sys/file.hpp"
#include "sys/log.hpp"

namespace sys {

namespace {

// What cannot be told is lost: there is nobody left to tell.
void tell(const spec::Program& program, const Command& command, std::string_view level,
          const std::string& sentence, const Error* error)
{
    if (command.log.empty()) {
        (void)write_all(STDERR_FILENO, format("{}: {}\n", program.name, sentence));
        return;
    }
    const auto log = open_at(AT_FDCWD, command.log, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY, 0644);
    if (log)
        (void)write_all(log->get(), log_line(level, sentence, error));
}

Result<int> call_verb(const spec::Program& program, std::span<char* const> argv,
                      const Command& command,
                      const std::function<Result<int>(const spec::Verb&)>& run)
{
    auto line = TRY(spec::read_command_line(program, argv.subspan(!argv.empty()), command.options));
    if (!line.answer.empty()) {
        TRY(print(line.answer));
        return 0;
    }
    command.arguments = std::move(line.arguments);
    auto status = run(*line.verb);
    std::string about(line.verb->name);
    if (!command.subject.empty())
        about += (about.empty() ? "" : " ") + command.subject;
    if (!about.empty())
        about += ": ";
    for (const auto& notice : command.notices)
        tell(program, command, "warning", about + notice, nullptr);
    if (!status)
        status.error().doing = about + status.error().doing;
    return status;
}

}  // namespace

int run_command(const spec::Program& program, std::span<char* const> argv, const Command& command,
                const std::function<Result<int>(const spec::Verb&)>& run)
{
    const auto status = call_verb(program, argv, command, run);
    if (status)
        return *status;
    tell(program, command, "error", status.error().message(), &status.error());
    return static_cast<int>(status.error().status);
}

}  // namespace sys
