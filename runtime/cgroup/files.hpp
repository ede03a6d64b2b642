// The small files of a control group: each is read and written with a single system call.
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace runtime {

// Without the newline at its end. For files that fit a page, which is all but the lists of
// processes.
Result<std::string> read_cgroup_file(const std::string& path);

// The kernel takes one write as one value.
Result<> write_cgroup_file(const std::string& path, std::string_view value);

// The same for many: a file that gets several values in a row, as the list of devices does, stays
// open between them.
class CgroupWriter {
public:
    Result<> write(const std::string& path, std::string_view value);

private:
    std::string path_;
    sys::Fd fd_;
};

}  // namespace runtime
