#include "sys/command.hpp"

#include <unistd.h>

#include "sys/file.hpp"

namespace sys {

namespace {

// What cannot be told is lost: there is nobody left to tell.
void tell(const spec::Program& program, const std::string& sentence)
{
    (void)write_all(STDERR_FILENO, format("{}: {}\n", program.name, sentence));
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
        tell(program, about + notice);
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
    tell(program, status.error().message());
    return static_cast<int>(status.error().status);
}

}  // namespace sys
