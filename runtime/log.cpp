#include "runtime/log.hpp"

#include <fcntl.h>

#include "sys/file.hpp"
#include "sys/log.hpp"
#include "sys/time.hpp"

namespace runtime {

namespace {

// What cannot be told is lost: there is nobody left to tell.
void write_error(const std::string& text)
{
    (void)sys::write_all(STDERR_FILENO, text);
}

std::string with_source(const Error& error, bool debug)
{
    std::string text = error.message();
    if (debug)
        text += format("\nat {}:{}", error.where.file_name(), error.where.line());
    return text;
}

std::string json_line(LogLevel level, const std::string& text, const Error* error)
{
    return sys::log_line(spec::word(level), text, error);
}

// A reader takes lines, so what a message quotes must not make a second one.
std::string text_line(LogLevel level, std::string text)
{
    for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos;)
        text.replace(at, 1, "; ");
    return format("{} {}: {}\n", sys::utc_now(), spec::word(level), text);
}

std::string line(LogLevel level, const std::string& text, const Error* error, LogFormat as)
{
    return as == LogFormat::Json ? json_line(level, text, error) : text_line(level, text);
}

LogLevel level_of(const Options& options, LogLevel normal)
{
    if (options.debug)
        return LogLevel::Debug;
    return options.log_level == LogLevel::Default ? normal : options.log_level;
}

}  // namespace

Result<Log> Log::open(const Options& options)
{
    if (options.log.empty() && options.log_only)
        return failed_with(Status::Usage, "--log-only without --log");
    if (options.log.empty())
        return Log();
    std::string path = options.log;
    for (const std::string_view other : {"journald:", "syslog:"})
        if (path.starts_with(other))
            return failed("--log {} is not carried out yet, only a file", path);
    if (path.starts_with("file:"))
        path.erase(0, 5);
    // O_NONBLOCK: a FIFO that nobody reads is an error, not a hang.
    sys::Fd file = TRY_TO(
        sys::open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_NONBLOCK, 0644),
        "--log");
    return Log(std::move(file));
}

void Log::tell(const Error& error, const Options& options) const
{
    const std::string text = with_source(error, options.debug);
    if (file_)
        (void)sys::write_all(file_.get(),
                             line(LogLevel::Error, error.message(), &error, options.log_format));
    if (file_ && options.log_only)
        return;
    if (!file_ && options.log_format == LogFormat::Json)
        write_error(json_line(LogLevel::Error, error.message(), &error));
    else
        write_error(format("runtime: {}\n", text));
}

void Log::tell(const Notice& notice, const std::string& subject, const Options& options) const
{
    const std::string text = format("{}: {}", subject, notice.text);
    const bool is_error = notice.level == LogLevel::Error;
    if (file_ && notice.level <= level_of(options, LogLevel::Warning))
        (void)sys::write_all(file_.get(), line(notice.level, text, nullptr, options.log_format));
    // Success is silent: engines take what stands on standard error for a failure.
    const bool shown =
        notice.level <= level_of(options, LogLevel::Error) && !(file_ && options.log_only);
    if (shown && !file_ && options.log_format == LogFormat::Json)
        write_error(json_line(notice.level, text, nullptr));
    else if (shown)
        write_error(format("runtime: {}: {}{}\n", subject,
                           is_error ? "" : format("{}: ", spec::word(notice.level)), notice.text));
}

}  // namespace runtime
