// A folder under the store's tmp/ that one process works in at a time. Its name says what is being
// made there, so that whoever wants the same waits for it or goes on with it; its flock(2) says
// whether somebody is at it, and the kernel lets that go when the process ends, however it does.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace image {

// The end of the names of files that were dear to get: the folder is left for those who go on with
// them, for a day.
inline constexpr std::string_view kPartFile = ".part";

class WorkFolder {
public:
    // Waits until it is ours. What another process left in it is still there.
    static Result<WorkFolder> take(const sys::Fd& parent, const std::string& name);

    // Nothing where somebody is at it, or where there is none.
    static Result<std::optional<WorkFolder>> take_if_left(const sys::Fd& parent,
                                                          const std::string& name);

    const sys::Fd& folder() const { return folder_; }

    // Makes all that was written safe from a power failure, then gives the folder its place: from
    // then on it is seen, and nobody changes it. That it is there already is no failure.
    Result<> publish(const sys::Fd& place, const std::string& name);

    Result<bool> holds_part() const;  // that is less than a day old

    // Removes it, with all that is in it.
    Result<> discard();

private:
    WorkFolder(const sys::Fd& parent, std::string name, sys::Fd folder)
        : parent_(&parent), name_(std::move(name)), folder_(std::move(folder))
    {
    }

    const sys::Fd* parent_;  // the caller's, who keeps it where it is
    std::string name_;
    sys::Fd folder_;
};

}  // namespace image
