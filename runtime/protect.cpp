#include "runtime/protect.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "spec/options.hpp"
#include "sys/self.hpp"

namespace runtime {

static constexpr std::uint32_t kGivenMost = 1024;  // more than any engine passes

// poll(2) is the one call that tells of many descriptors which are closed.
static Result<std::vector<pollfd>> look_at_descriptors(std::uint32_t count)
{
    std::vector<pollfd> found(count);
    for (std::uint32_t i = 0; i < count; ++i)
        found[i].fd = static_cast<int>(i);
    if (::poll(found.data(), found.size(), 0) < 0)
        return failed_sys("look at descriptors 0 to {}", count - 1);
    return found;
}

// O_PATH: to read or write it fails as it would if it were closed.
static Result<> take_number(int fd)
{
    if (::open("/dev/null", O_PATH | O_CLOEXEC) != fd)
        return failed_sys("open /dev/null as descriptor {}", fd);
    return {};
}

static std::uint32_t number_of(const char* variable)
{
    const char* text = std::getenv(variable);
    std::uint32_t number = 0;
    return text && spec::read_word(text, number) ? number : 0;
}

std::uint32_t listen_fds()
{
    // What was passed to somebody else is no business of ours, though we inherited the words.
    const bool ours = number_of("LISTEN_PID") == static_cast<std::uint32_t>(::getpid());
    return ours ? std::min(number_of("LISTEN_FDS"), kGivenMost) : 0;
}

Result<> close_what_was_not_given(std::uint32_t given, Stdio stdio)
{
    if (given > kGivenMost)
        return failed("{} descriptors are to be passed on, {} at most", given, kGivenMost);
    const auto found = TRY(look_at_descriptors(3 + given));
    // Closed, not marked: until the next execve a folder of the host could be reached through them
    // (CVE-2024-21626).
    if (::close_range(3 + given, ~0U, 0) < 0)
        return failed_sys("close descriptors from {} on", 3 + given);
    for (const auto& [fd, events, result] : found) {
        if (!(result & POLLNVAL))
            continue;
        if (fd > 2)
            return failed("descriptor {} is to be passed on, and is closed", fd);
        if (stdio == Stdio::Required)
            return failed("standard {} is closed", fd == 0   ? "input"
                                                   : fd == 1 ? "output"
                                                             : "error");
        TRY(take_number(fd));
    }
    return {};
}

Result<> protect_own_file(char* const argv[])
{
    const bool unwritable = TRY(sys::own_file_is_unwritable());
    if (unwritable) {
        // Executed by descriptor, the process was given the number for a name (before Linux 6.14).
        ::prctl(PR_SET_NAME, "runtime", 0, 0, 0);
        return {};
    }
    if (const auto mounted = sys::mount_own_file())
        (void)sys::execute_again(*mounted, argv);
    const sys::Fd copy = TRY(sys::copy_own_file());
    return sys::execute_again(copy, argv);
}

}  // namespace runtime
