// What every fallible function returns, and the one sentence a user reads when it fails.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

// Formatting is compiled once, in result.cpp: fmt's body costs seconds wherever it is included,
// and Debian has no static libfmt.
std::string format_all(fmt::string_view text, fmt::format_args arguments);

template <class... Args>
std::string format(fmt::format_string<Args...> text, Args&&... args)
{
    return format_all(text, fmt::make_format_args(args...));
}

// Exit statuses that callers rely on (ARCHITECTURE.md, "Contracts").
enum class Status : unsigned char {
    Failure = 1,
    Usage = 2,
    CannotStart = 125,
    CannotExecute = 126,
    NotFound = 127,
};

// A place in a JSON text: an RFC 6901 pointer, and where its value begins, both counted from 1
// (line 0: unknown; then an empty pointer is none).
struct Place {
    std::string pointer = {};
    unsigned line = 0;
    unsigned column = 0;
};

// A failure: what was being done, to what, and why it did not work.
struct Error {
    std::string doing = {};           // "mount tmpfs on dev", each layer adds its words in front
    int code = 0;                     // an errno, or 0 where the reason is in `doing`
    Status status = Status::Failure;  // what the program ends with
    std::string step = {};            // the named step that failed, the innermost one
    std::string hint = {};            // what the reader can do about it, or empty
    Place place = {};                 // of the offending value, where a JSON text is at fault
    std::source_location where = {};  // shown with --debug only

    // "doing: reason (ERRNO)" and, on a second line, the hint. No trailing newline.
    std::string message() const;
};

template <class T = void>
using Result = std::expected<T, Error>;

// A format string that remembers where it was written.
template <class... Args>
struct Format {
    fmt::format_string<Args...> text;
    std::source_location where;

    template <class S>
    consteval Format(const S& s, std::source_location w = std::source_location::current())
        : text(s), where(w)
    {
    }
};

template <class... Args>
std::unexpected<Error> failed(Format<std::type_identity_t<Args>...> f, Args&&... args)
{
    return std::unexpected(
        Error{.doing = format_all(f.text, fmt::make_format_args(args...)), .where = f.where});
}

// As failed(), for a value of a JSON text that reads well and cannot be carried out: the sentence
// begins with the pointer to it.
template <class... Args>
std::unexpected<Error> failed_at(std::string pointer, Format<std::type_identity_t<Args>...> f,
                                 Args&&... args)
{
    const std::string why = format_all(f.text, fmt::make_format_args(args...));
    return std::unexpected(Error{
        .doing = pointer + ": " + why, .place = {.pointer = std::move(pointer)}, .where = f.where});
}

// As failed(), and the program is to end with `status`.
template <class... Args>
std::unexpected<Error> failed_with(Status status, Format<std::type_identity_t<Args>...> f,
                                   Args&&... args)
{
    return std::unexpected(Error{.doing = format_all(f.text, fmt::make_format_args(args...)),
                                 .status = status,
                                 .where = f.where});
}

// As failed(), for a system call that has just set errno: errno is read before anything else runs.
template <class... Args>
std::unexpected<Error> failed_sys(Format<std::type_identity_t<Args>...> f, Args&&... args)
{
    const int code = errno;
    return std::unexpected(Error{.doing = format_all(f.text, fmt::make_format_args(args...)),
                                 .code = code,
                                 .where = f.where});
}

// The value of a Result, or return its error from here. Use as a whole statement or a whole
// initialiser, never as an argument: a `return` out of the middle of a larger expression leaves
// that expression's temporaries undestroyed (g++ 12).
#define TRY(expr)                                            \
    __extension__({                                          \
        auto&& try_ = (expr);                                \
        if (!try_) [[unlikely]]                              \
            return std::unexpected(std::move(try_).error()); \
        *std::move(try_);                                    \
    })

// As TRY, and says what was being attempted; the arguments are read only on failure.
#define TRY_TO(expr, ...)                                             \
    __extension__({                                                   \
        auto&& try_ = (expr);                                         \
        if (!try_) [[unlikely]] {                                     \
            Error error_ = std::move(try_).error();                   \
            error_.doing = format(__VA_ARGS__) + ": " + error_.doing; \
            return std::unexpected(std::move(error_));                \
        }                                                             \
        *std::move(try_);                                             \
    })
