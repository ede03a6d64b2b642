// Where errors and warnings go: to standard error, and into the file of --log, which engines read.
#pragma once

#include "runtime/verbs.hpp"
#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// One line per event. As JSON: level, msg, time, and of an error what is known of code, step, path
// (a JSON pointer), line, column, errno, hint. containerd takes the last one of level error for
// the reason of a failure.
class Log {
public:
    Log() = default;  // to standard error only
    static Result<Log> open(const Options& options);

    // An error goes to standard error in any case: as text, or as JSON where that was asked for and
    // there is no file.
    void tell(const Error& error, const Options& options) const;
    void tell(const Notice& notice, const std::string& subject, const Options& options) const;

private:
    explicit Log(sys::Fd file) : file_(std::move(file)) {}

    sys::Fd file_ = {};
};

}  // namespace runtime
