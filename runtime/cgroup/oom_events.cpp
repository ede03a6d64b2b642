#include "runtime/cgroup/oom_events.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <charconv>

#include "runtime/cgroup/files.hpp"
#include "sys/file.hpp"

namespace runtime {

// Of memory.events; reading it is what takes the event.
static std::uint64_t kills_in(const sys::Fd& file)
{
    constexpr std::string_view name = "\noom_kill ";
    char text[4096];
    const ssize_t size = ::pread(file.get(), text, sizeof text, 0);
    const std::string_view read(text, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    const std::size_t at = read.find(name);
    std::uint64_t kills = 0;
    if (at != read.npos)
        std::from_chars(read.data() + at + name.size(), read.data() + read.size(), kills);
    return kills;
}

Result<OomEvents> OomEvents::open(const Group& group)
{
    OomEvents oom;
    const bool v2 = group.hierarchy.version == CgroupVersion::V2;
    oom.file_ = group.path + (v2 ? "/memory.events" : "/memory.oom_control");
    oom.counts_ = TRY(sys::open_at(AT_FDCWD, oom.file_, O_RDONLY));
    if (v2) {
        oom.seen_ = kills_in(oom.counts_);
        return oom;
    }
    oom.events_ = sys::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!oom.events_)
        return failed_sys("make an eventfd");
    TRY(write_cgroup_file(group.path + "/cgroup.event_control",
                          format("{} {}", oom.events_.get(), oom.counts_.get())));
    return oom;
}

std::uint32_t OomEvents::events() const
{
    return events_ ? EPOLLIN : EPOLLPRI;
}

bool OomEvents::happened()
{
    if (events_) {
        std::uint64_t count = 0;
        return ::read(events_.get(), &count, sizeof count) == sizeof count &&
               ::access(file_.c_str(), F_OK) == 0;
    }
    const std::uint64_t kills = kills_in(counts_);
    const bool more = kills > seen_;
    seen_ = std::max(seen_, kills);
    return more;
}

}  // namespace runtime
