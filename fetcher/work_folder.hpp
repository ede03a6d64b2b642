// A folder of our own in the sandbox, where everything becomes whole before it gets its name: on
// the same file system, for the sake of rename(2). It is locked as long as its process lives, and
// what a killed one has left is swept by the next.
//
// Nothing is made safe from a power failure: a launch whose machine has died begins anew, with what
// it fetches.
#pragma once

#include <string>
#include <string_view>

#include "spec/result.hpp"
#include "sys/fd.hpp"

namespace fetcher {

inline constexpr std::string_view kWorkFolder = ".davit-fetch.";  // what its name begins with

class WorkFolder {
public:
    WorkFolder() = default;
    // `sandbox` is the caller's, who keeps it where it is.
    static Result<WorkFolder> make(const sys::Fd& sandbox);

    WorkFolder(WorkFolder&& other) noexcept = default;
    WorkFolder& operator=(WorkFolder&& other) noexcept;
    ~WorkFolder();

    const sys::Fd& folder() const { return folder_; }

    Result<> discard();

private:
    WorkFolder(const sys::Fd& sandbox, std::string name, sys::Fd folder)
        : sandbox_(&sandbox), name_(std::move(name)), folder_(std::move(folder))
    {
    }

    const sys::Fd* sandbox_ = nullptr;
    std::string name_ = {};
    sys::Fd folder_ = {};
};

// Removes those of processes that have died.
Result<> sweep_work_folders(const sys::Fd& sandbox);

}  // namespace fetcher
